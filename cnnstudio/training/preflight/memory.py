"""Will it fit into the memory that is free?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding, Fix

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject, TimeLimit

SHARE = 0.9


@checks.register
class MemoryCheck(Check):
    """The forecast against what the system, or the GPU, has left."""

    title: ClassVar[str] = "Memory forecast"
    kind: Literal["memory"] = "memory"
    order: ClassVar[int] = 5

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        from cnnstudio.training.memory import forecast_memory, free_bytes

        config, free = subject.config, free_bytes(subject.device)
        settings = config.regularisation
        at_once = -(-config.batch // settings.parts)
        need = forecast_memory(
            subject.graph,
            config.optimizer,
            at_once,
            is_short=config.precision in ("bf16", "fp16"),
            copies=2 if settings.average else 1,
        )
        parts = f" in {settings.parts:,} parts" if settings.parts > 1 else ""
        text = (
            f"A step needs about {bytes_text(need.total)} at batch {config.batch:,}{parts}; "
            f"{bytes_text(free)} are free."
        )
        if need.total <= SHARE * free:
            yield self.note(text)
            return
        fits = need.largest_batch(at_once, int(SHARE * free))
        if fits < 2:
            yield self.bad(text, "Take a smaller network or smaller images, or close other programs.")
            return
        if settings.parts > 1:
            yield self._in_more_parts(subject, text, -(-config.batch // fits))
            return
        batch = 2 ** (fits.bit_length() - 1)
        fix = Fix(f"Set the batch to {batch}", config=config.replace(batch=batch))
        yield self.bad(text, f"A batch of {batch} fits.", fix)

    def _in_more_parts(self, subject: "Subject", text: str, parts: int) -> Finding:
        """Who passes batches in parts wants the batch as it is."""
        config = subject.config
        more = config.replace(regularisation=config.regularisation.replace(parts=parts))
        return self.bad(text, f"{parts:,} parts fit.", Fix(f"Pass it in {parts:,} parts", config=more))


def bytes_text(count: int) -> str:
    """ "38 MB", "1.2 GB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"
