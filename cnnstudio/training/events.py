"""What a training tells while it runs: small frozen records of plain numbers, strings and numpy arrays.

Which events fire, by the way a training ends (in this order; the last checkpoint is on the disk before RunEnded):

| way                | events                                                            |
|--------------------|-------------------------------------------------------------------|
| all epochs done    | … EpochDone, Guesses, CheckpointSaved, RunEnded("finished")       |
| Stop, window closed| … Guesses, StepsDone, CheckpointSaved, RunEnded("stopped")        |
| Pause, then Stop   | … Guesses, CheckpointSaved, RunPaused, RunEnded("stopped")        |
| loss not finite    | … StepsDone, RunEnded("diverged"); last and best saved are finite |
| disk full          | Noted for each try, RunPaused; RunResumed once it could be saved  |
| data drive gone    | CheckpointSaved, RunPaused; RunResumed once it is back            |
| …, then Stop       | … CheckpointSaved, RunPaused, RunEnded("stopped")                 |
| a few files gone   | Noted, once for each batch that lacks some                        |
| a bug; disk full and Stop | … RunEnded("failed"); the last good checkpoint is untouched |
| now and then       | LayerHealth, for at most 1 % of the time (training/health.py)     |
| kill −9, power cut | nothing; the journal says "running" and nobody holds the lock     |
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class EndReason(StrEnum):
    """Why a training ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"


@dataclass(frozen=True)
class RunStarted:
    """The first step is about to be made (again, after a resume); `plan` says in words how it computes."""

    step: int
    epoch: int
    epochs: int
    steps_per_epoch: int
    device: str
    threads: int
    train_count: int
    val_count: int
    plan: str = ""


@dataclass(frozen=True)
class StepsDone:
    """Some steps in a row, sent about 5 times a second at most.

    `losses[i]` and `accuracies[i]` are the batch mean loss and the batch's share of right answers
    (0 to 1) of step `first_step + i`; steps count from 1. `rate` is the learning rate of the newest step, `data_share`
    the share of the time (0 to 1) in which the step waited for its batch, `memory_bytes` what the process holds, or
    what it holds on the GPU.
    """

    first_step: int
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    images_per_s: float
    seconds_left: float
    rate: float = 0.0
    data_share: float = 0.0
    memory_bytes: int = 0

    @property
    def last_step(self) -> int:
        """Number of the newest step."""
        return self.first_step + len(self.losses) - 1


@dataclass(frozen=True)
class EpochDone:
    """An epoch was finished and the validation images were judged. Epochs count from 1.

    `val_top5` is None where there are five classes or fewer; `rate` is the learning rate of the epoch's last step.
    """

    epoch: int
    step: int
    train_loss: float
    train_top1: float
    val_loss: float
    val_top1: float
    images_per_s: float
    is_best: bool
    val_top5: float | None = None
    rate: float = 0.0


@dataclass(frozen=True, eq=False)
class Guesses:
    """Class probabilities of the few validation images that are watched, shape (images, classes)."""

    step: int
    indices: "npt.NDArray[np.int64]"
    probabilities: "npt.NDArray[np.float32]"


@dataclass(frozen=True)
class LayerRow:
    """How one layer with weights fares; None where it can't be told or isn't a finite number.

    Args:
        node: The layer.
        gradient: Euclidean norm of the loss's gradient in its weights.
        update_ratio: Norm of the step over norm of the weights; about 0.001 is healthy.
        mean: Mean of its outputs, behind its activation.
        spread: Their standard deviation.
        dead: Share of its units, 0 to 1, that never fired (ReLU) or never left saturation (tanh, sigmoid).
        weight_low: Smallest weight.
        weight_high: Largest weight.
        weight_counts: How many weights (of a sample) lie in each of equal bins between the two.
    """

    node: str
    gradient: float | None
    update_ratio: float | None
    mean: float | None
    spread: float | None
    dead: float | None
    weight_low: float
    weight_high: float
    weight_counts: tuple[int, ...]


@dataclass(frozen=True)
class LayerHealth:
    """All layers with weights were looked at in this step; a column a number, as LayerRow explains them."""

    step: int
    nodes: tuple[str, ...]
    gradients: tuple[float | None, ...]
    update_ratios: tuple[float | None, ...]
    means: tuple[float | None, ...]
    spreads: tuple[float | None, ...]
    dead: tuple[float | None, ...]
    weight_lows: tuple[float, ...]
    weight_highs: tuple[float, ...]
    weight_counts: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> tuple[LayerRow, ...]:
        """The same, layer by layer."""
        columns = [getattr(self, field.name) for field in fields(self)[1:]]
        return tuple(LayerRow(*values) for values in zip(*columns, strict=True))

    @classmethod
    def of(cls, step: int, rows: Sequence[LayerRow]) -> "LayerHealth":
        """The event for these layers."""
        columns = (tuple(getattr(row, field.name) for row in rows) for field in fields(LayerRow))
        return cls(step, *columns)


@dataclass(frozen=True)
class CheckpointSaved:
    """Everything up to `step` is on the disk."""

    step: int
    epoch: int
    duration_s: float


@dataclass(frozen=True)
class Noted:
    """Something happened that the user should know of and find again in the history; `hint` says what can be done."""

    step: int
    text: str
    hint: str = ""


@dataclass(frozen=True)
class RunPaused:
    """The training rests: because the user wants it, or by itself, and then `why` says what for.

    Everything is on the disk, unless `why` says that it couldn't be saved. A training that rests by itself tries again
    every few seconds, and when the user says go on.
    """

    step: int
    why: str = ""


@dataclass(frozen=True)
class RunResumed:
    """The training goes on after a pause."""

    step: int


@dataclass(frozen=True)
class RunEnded:
    """Exactly once, on every path; where it diverged, `images` names the images of the batch.

    `has_blown_up` is true where it came to its end, but with a loss far above that of a guesser; `text` says so.
    """

    reason: EndReason
    step: int
    epoch: int
    text: str
    images: tuple[str, ...] = ()
    has_blown_up: bool = False


TrainingEvent = (
    RunStarted
    | StepsDone
    | EpochDone
    | Guesses
    | LayerHealth
    | CheckpointSaved
    | Noted
    | RunPaused
    | RunResumed
    | RunEnded
)


def event_json(event: TrainingEvent) -> dict[str, Any]:
    """One line of `train --json` and of the history: the event's name in snake case, then its fields."""
    return {"event": event_name(type(event)), **{key: _plain(value) for key, value in vars(event).items()}}


def event_from_json(line: dict[str, Any]) -> TrainingEvent | None:
    """The event that `event_json` wrote; None for a kind that this version doesn't know."""
    kind = kept_kinds().get(str(line.get("event")))
    if kind is None:
        return None
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in line.items() if key in _fields(kind)}
    event: TrainingEvent = kind(**values)
    return event


@cache
def kept_kinds() -> dict[str, Any]:
    """The events that a history holds, by their names in it."""
    return {event_name(kind): kind for kind in (RunStarted, StepsDone, EpochDone, LayerHealth, Noted)}


@cache
def _fields(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))


def event_name(kind: type) -> str:
    """The event's name in files: its class's in snake case."""
    return "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value
