"""The curves of runs as arrays, to lay over each other; a run that is being written grows by what is new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.history_part import HistoryPart, joined, part_of
from cnnstudio.runs.run import HISTORY
from cnnstudio.runs.tail import PIECE_BYTES, HistoryTail
from cnnstudio.training.events import TrainingEvent

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
    Measure("val_top5", "Top-5, %", 100.0, is_better_high=True),
    Measure("val_loss", "Validation loss"),
    Measure("train_top1", "Training accuracy, %", 100.0, is_better_high=True),
    Measure("losses", "Training loss", is_per_step=True),
    Measure("rate", "Learning rate", is_better_high=True),
)


class RunPoints:
    """All that a run has told so far; x is in epochs: 0.5 is the middle of the first one."""

    def __init__(self) -> None:
        self.steps_per_epoch = 1
        self._parts: list[HistoryPart] = []

    def add(self, events: Iterable[TrainingEvent]) -> None:
        """Take more events, oldest first."""
        part = part_of(events, self.steps_per_epoch)
        self.steps_per_epoch = part.steps_per_epoch
        self._parts.append(part)

    def points(self, measure: Measure) -> Points:
        """The curve of a measure, empty if there is none yet."""
        whole = joined(self._parts)
        self._parts = [whole]
        if measure.is_per_step:
            return whole.x, whole.losses * measure.factor
        # Runs of five classes or fewer have no top-5.
        epochs = [event for event in whole.epochs if getattr(event, measure.key) is not None]
        values = np.array([getattr(event, measure.key) for event in epochs], np.float64)
        return np.array([event.epoch for event in epochs], np.float64), values * measure.factor


class CurveReader:
    """Reads the histories of the runs that are asked for, and only what is new of those it knows."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[HistoryTail, RunPoints]] = {}

    def read(self, folders: Sequence[Path], measure: Measure, ctx: JobContext) -> dict[Path, Points]:
        """The curve of each run; one that can't be read has no points."""
        self._known = {path: known for path, known in self._known.items() if path in folders}
        return {folder: self._read(folder, ctx).points(measure) for folder in folders}

    def _read(self, folder: Path, ctx: JobContext) -> RunPoints:
        tail, points = self._known.get(folder) or (HistoryTail(folder / HISTORY), RunPoints())
        before = -1
        while tail.place != before:
            ctx.check()
            before = tail.place
            try:
                is_new, events = tail.read(PIECE_BYTES)
            except StudioError:
                # The list of runs says what is wrong with it.
                is_new, events = True, []
            points = RunPoints() if is_new else points
            points.add(events)
            self._known[folder] = (tail, points)
        return points
