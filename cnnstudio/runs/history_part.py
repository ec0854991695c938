"""A piece of a history in columns: what curves are drawn from, a few steps of a live run as well as a million."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.training.events import EpochDone, RunStarted, StepsDone, TrainingEvent

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HistoryPart:
    """What a training told, oldest first.

    Args:
        x: Of each step, in epochs: 0.5 is the middle of the first one.
        losses: Batch mean loss of each step.
        accuracies: Share of right answers in each step's batch, 0 to 1.
        told_x: Of each telling (some steps each), in epochs.
        images_per_s: Pace at each telling.
        data_share: Share of the time that waited for data, 0 to 1.
        memory_bytes: What was held; 0 where an older version didn't measure it.
        rates: Learning rate; 0 where an older version didn't tell.
        others: All events but the steps.
        newest: The last telling of steps, if there is one.
        steps_per_epoch: By which the next steps are to be placed.
        damaged: Lines that couldn't be read.
    """

    x: Values
    losses: Values
    accuracies: Values
    told_x: Values
    images_per_s: Values
    data_share: Values
    memory_bytes: Values
    rates: Values
    others: tuple[TrainingEvent, ...] = ()
    newest: StepsDone | None = None
    steps_per_epoch: int = 1
    damaged: int = 0

    @property
    def epochs(self) -> list[EpochDone]:
        """What came out at the end of each epoch."""
        return [event for event in self.others if isinstance(event, EpochDone)]

    def followed_by(self, event: TrainingEvent) -> "HistoryPart":
        """The same with one more event, which tells of no step."""
        return replace(self, others=(*self.others, event))


COLUMNS = tuple(field.name for field in fields(HistoryPart))[:8]


def part_of(events: Iterable[TrainingEvent], steps_per_epoch: int = 1, damaged: int = 0) -> HistoryPart:
    """Gather events into columns; until a RunStarted says otherwise, an epoch has `steps_per_epoch` steps."""
    pieces: list[tuple[Values, ...]] = []
    others: list[TrainingEvent] = []
    newest: StepsDone | None = None
    for is_step, some in itertools.groupby(events, lambda event: not isinstance(event, RunStarted)):
        group = list(some)
        if is_step:
            steps = [event for event in group if isinstance(event, StepsDone)]
            newest = steps[-1] if steps else newest
            pieces += [_columns(steps, steps_per_epoch)] if steps else []
            others += [event for event in group if not isinstance(event, StepsDone)]
        else:
            others += group
            steps_per_epoch = max(1, group[-1].steps_per_epoch)  # type: ignore[union-attr]  # only starts are in it
    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)] if pieces else _nothing()
    named: dict[str, Any] = dict(zip(COLUMNS, columns, strict=True))
    return HistoryPart(**named, others=tuple(others), newest=newest, steps_per_epoch=steps_per_epoch, damaged=damaged)


def joined(parts: Sequence[HistoryPart]) -> HistoryPart:
    """Several pieces, oldest first, as one."""
    if not parts:
        return part_of(())
    columns: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    return replace(
        parts[-1],
        **columns,
        others=tuple(itertools.chain.from_iterable(part.others for part in parts)),
        newest=next((part.newest for part in reversed(parts) if part.newest is not None), None),
        damaged=sum(part.damaged for part in parts),
    )


def _columns(events: Sequence[StepsDone], steps_per_epoch: int) -> tuple[Values, ...]:
    """The eight columns of these tellings; a million steps take a tenth of a second."""
    chain = itertools.chain.from_iterable
    losses = np.fromiter(chain(event.losses for event in events), np.float64)
    accuracies = np.fromiter(chain(event.accuracies for event in events), np.float64)
    counts = np.array([len(event.losses) for event in events])
    firsts = np.array([event.first_step for event in events])
    # Each event's first step, less the place at which its steps begin, plus the place.
    steps = np.repeat(firsts - (np.cumsum(counts) - counts), counts) + np.arange(len(losses))
    told = np.array(
        [(event.images_per_s, event.data_share, event.memory_bytes, event.rate) for event in events], np.float64
    )
    lasts = (firsts + counts - 1) / steps_per_epoch
    of_steps = _finite(steps / steps_per_epoch, losses, accuracies)
    return *of_steps, *_finite(lasts, *told.T)


def _finite(*columns: Values) -> tuple[Values, ...]:
    """Without the places at which one of them is no finite number: a foreign file may hold any."""
    is_kept = np.logical_and.reduce([np.isfinite(column) for column in columns])
    return columns if is_kept.all() else tuple(column[is_kept] for column in columns)


def _nothing() -> list[Values]:
    return [np.empty(0) for _ in COLUMNS]
