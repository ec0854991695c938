"""A run as it learns: four numbers, the loss and the accuracy over the epochs."""

import itertools
import time
from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.plot import Curve, Plot
from cnnstudio.gui.widgets.smoothing import Values
from cnnstudio.gui.widgets.tile import NumberTile
from cnnstudio.gui.widgets.times import duration_text
from cnnstudio.training.events import EpochDone, RunEnded, RunPaused, RunStarted, StepsDone, TrainingEvent

SMOOTHING, FEW_STEPS = 0.8, 10
WIDE_PX = 560
# A number that changes more often can't be read.
TILES_S = 0.4
TRAINING, VALIDATION = "training", "validation"


class RunCurves(QWidget):
    """Fed with a training's events, live or from its history; knows no run and no session."""

    def __init__(self) -> None:
        super().__init__()
        curves = (Curve(TRAINING, "training"), Curve(VALIDATION, "validation", is_dotted=True))
        self.loss = Plot("Loss", curves, x_title="epoch", smoothing=SMOOTHING)
        self.accuracy = Plot("Accuracy, %", curves, x_title="epoch", smoothing=SMOOTHING, has_log=False)
        self.accuracy_tile = NumberTile("Validation accuracy", "Share of validation images whose best guess is right.")
        self._loss_tile = NumberTile("Validation loss", "Mean cross-entropy of the validation images, in nats.")
        self._speed_tile = NumberTile("Images a second", "Training images a second, without validation and saving.")
        self._time_tile = NumberTile("Time left", "At the pace of the last second.")
        self._columns, self._next_tiles_s = 0, 0.0
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show an empty sheet."""
        self._steps_per_epoch, self._epochs, self._device = 1, 0, ""
        self._best: EpochDone | None = None
        for plot in (self.loss, self.accuracy):
            plot.clear()
        for tile in (self.accuracy_tile, self._loss_tile, self._speed_tile, self._time_tile):
            tile.set_value("–", "")

    def add(self, events: list[TrainingEvent]) -> None:
        """Draw what happened, oldest first; the steps of a long history in one go."""
        for is_start, some in itertools.groupby(events, lambda event: isinstance(event, RunStarted)):
            kept = list(some)
            if is_start:
                self._start(kept[-1])
            else:
                self._add_steps([event for event in kept if isinstance(event, StepsDone)])
                self._add_others(kept)

    def _add_others(self, events: Sequence[TrainingEvent]) -> None:
        for event in events:
            if isinstance(event, EpochDone):
                self._add_epoch(event)
            elif isinstance(event, RunPaused):
                self._time_tile.set_value("paused", f"saved at step {event.step:,}")
            elif isinstance(event, RunEnded):
                self.loss.show_all()
                self.accuracy.show_all()
                self._time_tile.set_value(
                    "done" if event.reason == "finished" else event.reason, self._epochs_text(event.epoch)
                )

    def _start(self, event: TrainingEvent) -> None:
        assert isinstance(event, RunStarted)
        self._steps_per_epoch, self._epochs = event.steps_per_epoch, event.epochs
        threads = f", {event.threads} thread{'s' if event.threads > 1 else ''}" if event.device == "CPU" else ""
        self._device = f"on {event.device}{threads}"
        # A moving mean over less than an epoch of steps tells nothing that validation could be compared with.
        smoothing = SMOOTHING if event.steps_per_epoch >= FEW_STEPS else 0.0
        self.loss.set_smoothing(smoothing)
        self.accuracy.set_smoothing(smoothing)

    def _add_steps(self, events: Sequence[StepsDone]) -> None:
        if not events:
            return
        steps, losses, accuracies = step_columns(events)
        self.loss.append(TRAINING, steps / self._steps_per_epoch, losses)
        self.accuracy.append(TRAINING, steps / self._steps_per_epoch, 100 * accuracies)
        event = events[-1]
        if time.monotonic() < self._next_tiles_s:
            return
        self._next_tiles_s = time.monotonic() + TILES_S
        self._speed_tile.set_value(f"{event.images_per_s:,.0f}", self._device)
        done = (event.last_step - 1) // self._steps_per_epoch
        self._time_tile.set_value(duration_text(event.seconds_left), self._epochs_text(done))

    def _add_epoch(self, event: EpochDone) -> None:
        self.loss.append(VALIDATION, [event.epoch], [event.val_loss])
        self.accuracy.append(VALIDATION, [event.epoch], [100 * event.val_top1])
        if event.is_best:
            self._best = event
        best = f"best {self._best.val_top1:.1%} at epoch {self._best.epoch}" if self._best else ""
        self.accuracy_tile.set_value(f"{event.val_top1:.1%}".replace("%", " %"), best.replace("%", " %"))
        gap = event.val_loss - event.train_loss
        self._loss_tile.set_value(
            f"{event.val_loss:.3f}", f"{abs(gap):.3f} {'above' if gap >= 0 else 'below'} training"
        )

    def _epochs_text(self, done: int) -> str:
        return f"{done:,} of {self._epochs:,} epochs" if self._epochs else ""

    def _lay_out(self) -> None:
        gap = theme.tokens.size.gap
        self._tiles = QGridLayout()
        self._tiles.setSpacing(gap)
        self._place_tiles()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(gap)
        box.addLayout(self._tiles)
        box.addWidget(self.loss, 3)
        box.addWidget(self.accuracy, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_tiles()

    def _place_tiles(self) -> None:
        """Side by side, or two by two where a number would not fit into a quarter of the width."""
        columns = 4 if self.width() >= WIDE_PX else 2
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate((self.accuracy_tile, self._loss_tile, self._speed_tile, self._time_tile)):
            self._tiles.addWidget(tile, place // columns, place % columns)
        for column in range(4):
            self._tiles.setColumnStretch(column, 1 if column < columns else 0)


def step_columns(events: Sequence[StepsDone]) -> tuple[Values, Values, Values]:
    """Numbers of all steps, their losses and their accuracies (0 to 1); a million of them in a tenth of a second."""
    chain = itertools.chain.from_iterable
    losses = np.fromiter(chain(event.losses for event in events), np.float64)
    accuracies = np.fromiter(chain(event.accuracies for event in events), np.float64)
    counts = np.array([len(event.losses) for event in events])
    firsts = np.array([event.first_step for event in events])
    # Each event's first step, less the place at which its steps begin, plus the place.
    steps = np.repeat(firsts - (np.cumsum(counts) - counts), counts) + np.arange(len(losses))
    return steps.astype(np.float64), losses, accuracies
