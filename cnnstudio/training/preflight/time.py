"""How long will it take?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding, Fix

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject, TimeLimit

LONG_S = 24 * 3600
JUDGING = 1 / 3  # a forward pass alone, against forward and backward


@checks.register
class TimeForecast(Check):
    """Some batches are timed after a first one, whose start-up costs don't count."""

    title: ClassVar[str] = "Time forecast"
    kind: Literal["time"] = "time"
    order: ClassVar[int] = 90
    most_s: ClassVar[float] = 4.0

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        per_image_s = seconds_an_image(subject, limit)
        train, val = subject.counts
        epoch_s = per_image_s * (train + JUDGING * val)
        total_s, epochs = epoch_s * subject.config.epochs, subject.config.epochs
        both = f"about {time_text(epoch_s)}, all {epochs:,} about {time_text(total_s)}"
        text = f"An epoch takes {both} (before speed tuning)."
        if total_s <= LONG_S:
            yield self.note(text)
            return
        fewer = max(1, int(LONG_S / epoch_s))
        yield self.warn(
            text,
            "Train fewer epochs, take a smaller network or smaller images, or use a GPU.",
            Fix(f"Train {fewer:,} epochs", config=subject.config.replace(epochs=fewer)) if fewer < epochs else None,
        )


def seconds_an_image(subject: "Subject", limit: "TimeLimit") -> float:
    """Seconds that training takes for an image: the fastest of some batches."""
    import time

    from cnnstudio.training.subject import synchronize

    network = subject.copy()
    count = subject.affordable(limit.left_s / 3, subject.config.batch)
    images, labels = subject.images[:count], subject.safe_labels[:count]
    optimizer = subject.optimizer(network)
    best_s = float("inf")
    for _ in range(4):
        started_s = time.monotonic()
        optimizer.zero_grad(set_to_none=True)
        subject.loss(network, images, labels).backward()
        optimizer.step()
        synchronize(subject.device)
        best_s = min(best_s, time.monotonic() - started_s)
        if limit.is_up:
            break
    return best_s / count


def time_text(seconds: float) -> str:
    """A duration as one says it: "40 s", "12 min", "3.5 h", "2 days"."""
    for size, unit in ((172_800, "days"), (5_400, "h"), (90, "min")):
        if seconds >= size:
            per = {"days": 86_400, "h": 3_600, "min": 60}[unit]
            return f"{seconds / per:.0f} {unit}" if seconds >= 10 * per else f"{seconds / per:.1f} {unit}"
    return f"{max(1, round(seconds))} s"
