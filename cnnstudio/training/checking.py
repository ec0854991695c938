"""The checks before a training: what one is, and how all of them are run."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from cnnstudio.core.jobs import JobContext
from cnnstudio.core.specs import Family, Spec
from cnnstudio.training.findings import Finding, Fix, Level, PreflightDone

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject, TimeLimit

TOTAL_S = 30.0
LOOK = {"data": "Look at the pictures", "network": "Look at the network"}


class Check(Spec, ABC):
    """One check; its file lies in `training.preflight`. Cheap ones come first: `order` ascends."""

    kind: str
    title: ClassVar[str]
    order: ClassVar[int]
    most_s: ClassVar[float] = 3.0
    # The page that shows what it is about, where no change is known to mend it.
    page: ClassVar[str] = "network"

    @abstractmethod
    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        """What there is to say; nothing if all is well. Works on copies and asks `limit` between steps."""

    def note(self, text: str) -> Finding:
        """A figure worth knowing."""
        return Finding(self.kind, Level.NOTE, text)

    def warn(self, text: str, hint: str, fix: Fix | None = None) -> Finding:
        """Something that may be meant, and often isn't."""
        return Finding(self.kind, Level.WARN, text, hint, fix or self._look())

    def bad(self, text: str, hint: str, fix: Fix | None = None) -> Finding:
        """Something that would waste the training."""
        return Finding(self.kind, Level.BAD, text, hint, fix or self._look())

    def _look(self) -> Fix:
        return Fix(LOOK[self.page], page=self.page)


checks: Family[Check] = Family("check", "cnnstudio.training.preflight")


def run_checks(subject: "Subject", ctx: JobContext, total_s: float = TOTAL_S) -> PreflightDone:
    """All checks within `total_s` seconds; network, random numbers and threads are as before afterwards.

    A check whose ground another one has found to be broken isn't run: one fault, one finding.

    Raises:
        Cancelled: The user stopped it.
    """
    from cnnstudio.training.subject import TimeLimit

    started_s = time.monotonic()
    limit, members = TimeLimit(ctx, total_s), sorted(checks, key=lambda check: check.order)
    findings: list[Finding] = []
    skipped: list[str] = []
    with undisturbed(subject):
        for number, kind in enumerate(members):
            ctx.progress(number, len(members), f"Checking: {kind.title.lower()}")
            if limit.left_s < 0.1 or _is_bad(findings):
                skipped.append(kind.title)
                continue
            check = kind.model_validate({})
            findings += check.look(subject, limit.part(check.most_s))
    return PreflightDone(tuple(findings), tuple(skipped), time.monotonic() - started_s)


@contextmanager
def undisturbed(subject: "Subject") -> Iterator[None]:
    """A block after which random numbers and thread count are as before; inside, training's thread count holds."""
    import torch

    from cnnstudio.training.device import thread_count

    threads = torch.get_num_threads()
    devices = [subject.device.index or 0] if subject.device.type in ("cuda", "xpu") else []
    with torch.random.fork_rng(devices=devices, device_type=subject.device.type if devices else "cuda"):
        torch.set_num_threads(thread_count(subject.config.threads))
        torch.manual_seed(subject.config.seed)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def _is_bad(findings: Sequence[Finding]) -> bool:
    return any(finding.level is Level.BAD for finding in findings)
