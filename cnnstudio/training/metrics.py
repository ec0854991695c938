"""Numbers kept while training: the steps' losses and hits, the epoch's sums, the best epoch, the pace."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnstudio.core.jobs import Progress
from cnnstudio.training.events import StepsDone, TrainingEvent
from cnnstudio.training.hits import count_hits

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnstudio.training.hits import Score

REPORT_EVERY_S = 0.2


class Ledger:
    """Losses and guesses of steps, left on the device until somebody needs the numbers.

    Each look waits for a GPU, and counting the hits of many steps at once takes as long as of one.
    """

    def __init__(self) -> None:
        self._clear()

    def add(self, loss: "Tensor", score: "Score", count: int) -> None:
        """Note a step: its mean loss, what was guessed, and how many images it had."""
        self._losses.append(loss)
        self._scores.append(score)
        self._counts.append(count)

    @property
    def is_due(self) -> bool:
        """Should the numbers be fetched now?"""
        return time.monotonic() - self._since_s >= REPORT_EVERY_S

    def fetch(self) -> list[tuple[float, int, int]]:
        """Loss, hits and images of each step since the last call."""
        import torch

        values: list[tuple[float, int, int]] = []
        if self._losses:
            losses, hits = torch.stack(self._losses).tolist(), count_hits(self._scores)
            values = list(zip(losses, hits, self._counts, strict=True))
        self._clear()
        return values

    def _clear(self) -> None:
        self._losses: list[Tensor] = []
        self._scores: list[Score] = []
        self._counts: list[int] = []
        self._since_s = time.monotonic()


@dataclass
class EpochSums:
    """Sums over the images that the current epoch has seen."""

    loss_sum: float = 0.0
    hits: int = 0
    seen: int = 0
    batches: int = 0

    def add(self, loss: float, hits: int, count: int) -> None:
        """Count one batch with its mean loss."""
        self.loss_sum += loss * count
        self.hits += hits
        self.seen += count
        self.batches += 1

    @property
    def loss(self) -> float:
        """Mean loss an image."""
        return self.loss_sum / max(1, self.seen)

    @property
    def top1(self) -> float:
        """Share of right first guesses, 0 to 1."""
        return self.hits / max(1, self.seen)


@dataclass
class Best:
    """The best epoch so far by validation accuracy, the smaller loss deciding between equals."""

    top1: float = -1.0
    loss: float = 0.0
    epoch: int = 0
    step: int = 0
    weights: "dict[str, Tensor] | None" = None
    is_unsaved: bool = False

    @classmethod
    def of(cls, network: "nn.Module", top1: float, loss: float, epoch: int, step: int) -> "Best":
        """Remember this epoch, with a copy of the weights."""
        weights = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
        return cls(top1, loss, epoch, step, weights, is_unsaved=True)

    def is_beaten_by(self, top1: float, loss: float) -> bool:
        """Would such an epoch be better?"""
        return (top1, -loss) > (self.top1, -self.loss)

    def numbers(self) -> dict[str, Any]:
        """What a checkpoint stores beside the weights."""
        return {"top1": self.top1, "loss": self.loss, "epoch": self.epoch, "step": self.step}


@dataclass
class StepReporter:
    """Gathers steps and tells about them in bunches, so that thousands of steps a second cost nothing.

    Args:
        emit: Receives StepsDone and Progress.
        steps_per_epoch: Steps in an epoch.
        epochs: Epochs in the whole training.
    """

    emit: Callable[[TrainingEvent | Progress], None]
    steps_per_epoch: int
    epochs: int
    _first: int = 0
    _losses: list[float] = field(default_factory=list)
    _accuracies: list[float] = field(default_factory=list)
    _images: int = 0
    _since_s: float = field(default_factory=time.monotonic)
    _pace_s: float = 0.0
    _rate: float = 0.0
    _epoch_images: int = 0
    _epoch_s: float = 0.0
    _learning_rate: float = 0.0
    _waited_s: float = 0.0

    def wait(self, duration_s: float) -> None:
        """Note for how long a step waited for its batch; what lies before the last `skip_time` isn't counted."""
        self._waited_s += min(duration_s, time.monotonic() - self._since_s)

    def add(self, step: int, loss: float, hits: int, count: int, rate: float) -> None:
        """Note a step and its learning rate."""
        self._learning_rate = rate
        if not self._losses:
            self._first = step
        self._losses.append(loss)
        self._accuracies.append(hits / count)
        self._images += count

    def flush(self) -> None:
        """Tell what is gathered."""
        if self._losses:
            self._report()

    def end_epoch(self) -> float:
        """Tell what is gathered; images a second of this epoch, without validation, pauses and saving."""
        self.flush()
        rate = self._epoch_images / self._epoch_s if self._epoch_s else self._rate
        self._epoch_images, self._epoch_s = 0, 0.0
        return rate

    def skip_time(self) -> None:
        """The time since the last step was no training: leave it out of the pace."""
        self._since_s = time.monotonic()

    def _report(self) -> None:
        now_s = time.monotonic()
        elapsed_s = max(1e-9, now_s - self._since_s)
        steps, last = len(self._losses), self._first + len(self._losses) - 1
        pace_s = elapsed_s / steps
        # The first steps of a process are slow (memory, kernels): a moving mean forgets them within a second.
        self._pace_s = pace_s if not self._pace_s else 0.9 * self._pace_s + 0.1 * pace_s
        rate = self._images / elapsed_s
        self._rate = rate if not self._rate else 0.9 * self._rate + 0.1 * rate
        total = self.steps_per_epoch * self.epochs
        left_s = self._pace_s * max(0, total - last)
        data_share = min(1.0, self._waited_s / elapsed_s)
        losses, accuracies = tuple(self._losses), tuple(self._accuracies)
        measured = (self._learning_rate, data_share, memory_in_use())
        self.emit(StepsDone(self._first, losses, accuracies, self._rate, left_s, *measured))
        epoch = min(self.epochs, (last - 1) // self.steps_per_epoch + 1)
        self.emit(Progress(last, total, f"epoch {epoch:,} of {self.epochs:,}", left_s))
        self._epoch_images += self._images
        self._epoch_s += elapsed_s
        self._losses, self._accuracies, self._images, self._since_s, self._waited_s = [], [], 0, now_s, 0.0


def memory_in_use() -> int:
    """Bytes that this process holds on the GPU if it computes there, else in memory: 30 µs."""
    import psutil
    import torch

    if torch.cuda.is_initialized():
        return int(torch.cuda.memory_allocated())
    if torch.xpu.is_initialized():
        return int(torch.xpu.memory_allocated())
    return int(psutil.Process().memory_info().rss)
