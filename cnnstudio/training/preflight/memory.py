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
        need = forecast_memory(subject.graph, config.optimizer, config.batch)
        text = f"A step needs about {bytes_text(need.total)} at batch {config.batch:,}; {bytes_text(free)} are free."
        if need.total <= SHARE * free:
            yield self.note(text)
            return
        fits = need.largest_batch(config.batch, int(SHARE * free))
        if fits < 2:
            yield self.bad(text, "Take a smaller network or smaller images, or close other programs.")
            return
        batch = 2 ** (fits.bit_length() - 1)
        fix = Fix(f"Set the batch to {batch}", config=config.replace(batch=batch))
        yield self.bad(text, f"A batch of {batch} fits.", fix)


def bytes_text(count: int) -> str:
    """ "38 MB", "1.2 GB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"
