"""The curves of runs as arrays, to lay over each other; a run that is being written grows by what is new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.run import HISTORY
from cnnstudio.runs.tail import HistoryTail
from cnnstudio.training.events import EpochDone, RunStarted, StepsDone, TrainingEvent

Values = NDArray[np.float64]
Points = tuple[Values, Values]


@dataclass(frozen=True)
class Measure:
    """Something that has a curve.

    Args:
        key: Name of the value in EpochDone, or in StepsDone if `is_per_step`.
        title: What the window calls it.
        factor: What values are multiplied by: 100 for percent.
        is_per_step: One value a step instead of one an epoch.
        is_better_high: The best value is the largest one.
    """

    key: str
    title: str
    factor: float = 1.0
    is_per_step: bool = False
    is_better_high: bool = False


MEASURES = (
    Measure("val_top1", "Validation accuracy, %", 100.0, is_better_high=True),
    Measure("val_loss", "Validation loss"),
    Measure("train_top1", "Training accuracy, %", 100.0, is_better_high=True),
    Measure("losses", "Training loss", is_per_step=True),
    Measure("rate", "Learning rate", is_better_high=True),
)


@dataclass(eq=False)
class RunPoints:
    """All that a run has told so far; x is in epochs: 0.5 is the middle of the first one."""

    steps_per_epoch: int = 1
    _values: dict[str, list[float]] = field(default_factory=dict)
    _places: dict[str, list[float]] = field(default_factory=dict)

    def add(self, events: Iterable[TrainingEvent]) -> None:
        """Take more events, oldest first."""
        for event in events:
            if isinstance(event, RunStarted):
                self.steps_per_epoch = max(1, event.steps_per_epoch)
            elif isinstance(event, EpochDone):
                for measure in MEASURES:
                    if not measure.is_per_step:
                        self._append(measure.key, [event.epoch], [getattr(event, measure.key)])
            elif isinstance(event, StepsDone):
                x = [step / self.steps_per_epoch for step in range(event.first_step, event.last_step + 1)]
                self._append("losses", x, event.losses)

    def points(self, measure: Measure) -> Points:
        """The curve of a measure, empty if there is none yet."""
        x, y = self._places.get(measure.key, []), self._values.get(measure.key, [])
        return np.array(x, np.float64), np.array(y, np.float64) * measure.factor

    def _append(self, key: str, x: Sequence[float], y: Sequence[float]) -> None:
        self._places.setdefault(key, []).extend(x)
        self._values.setdefault(key, []).extend(y)


class CurveReader:
    """Reads the histories of the runs that are asked for, and only what is new of those it knows."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[HistoryTail, RunPoints]] = {}

    def read(self, folders: Sequence[Path], measure: Measure, ctx: JobContext) -> dict[Path, Points]:
        """The curve of each run; one that can't be read has no points."""
        self._known = {path: known for path, known in self._known.items() if path in folders}
        found = {}
        for folder in folders:
            ctx.check()
            tail, points = self._known.get(folder) or (HistoryTail(folder / HISTORY), RunPoints())
            try:
                is_new, events = tail.read()
            except StudioError:
                # The list of runs says what is wrong with it.
                is_new, events = True, []
            points = RunPoints() if is_new else points
            points.add(events)
            self._known[folder] = (tail, points)
            found[folder] = points.points(measure)
        return found
