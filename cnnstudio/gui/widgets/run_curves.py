"""A run as it learns: four numbers, the loss and the accuracy over the epochs."""

import time
from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.numbers import loss_text
from cnnstudio.gui.widgets.plot import Curve, Plot
from cnnstudio.gui.widgets.tile import NumberTile
from cnnstudio.gui.widgets.times import duration_text
from cnnstudio.runs.history_part import HistoryPart
from cnnstudio.training.events import EpochDone, RunEnded, RunPaused, RunStarted

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
        self._loss_tile = NumberTile(
            "Validation loss", "Mean loss of a validation image: cross-entropy in nats, or squared error."
        )
        self._speed_tile = NumberTile("Images a second", "Training images a second, without validation and saving.")
        self._time_tile = NumberTile("Time left", "At the pace of the last second.")
        self._columns, self._next_tiles_s = 0, 0.0
        self._best: EpochDone | None = None
        self._last: EpochDone | None = None
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show an empty sheet."""
        self._steps_per_epoch, self._epochs, self._device = 1, 0, ""
        self._best = self._last = None
        self._next_tiles_s = 0.0
        for plot in (self.loss, self.accuracy):
            plot.clear()
        for tile in (self.accuracy_tile, self._loss_tile, self._speed_tile, self._time_tile):
            tile.set_value("–", "")

    def add(self, told: HistoryPart) -> None:
        """Draw what happened, a few steps or a long history."""
        for event in told.others:
            if isinstance(event, RunStarted):
                self._start(event)
        self._add_steps(told)
        self._add_epochs(told.epochs)
        has_ended = any(isinstance(event, RunPaused | RunEnded) for event in told.others)
        if has_ended or time.monotonic() >= self._next_tiles_s:
            self._next_tiles_s = time.monotonic() + TILES_S
            self._show_tiles(told)
        for event in told.others:
            if isinstance(event, RunPaused):
                self._time_tile.set_value("paused", f"saved at step {event.step:,}")
            elif isinstance(event, RunEnded):
                self.loss.trim()
                self.accuracy.trim()
                self._time_tile.set_value(
                    "done" if event.reason == "finished" else event.reason, self._epochs_text(event.epoch)
                )

    def _start(self, event: RunStarted) -> None:
        self._steps_per_epoch, self._epochs = event.steps_per_epoch, event.epochs
        threads = f", {event.threads} thread{'s' if event.threads > 1 else ''}" if event.device == "CPU" else ""
        self._device = f"on {event.device}{threads}"
        # A moving mean over less than an epoch of steps tells nothing that validation could be compared with.
        smoothing = SMOOTHING if event.steps_per_epoch >= FEW_STEPS else 0.0
        self.loss.set_smoothing(smoothing)
        self.accuracy.set_smoothing(smoothing)

    def _add_steps(self, told: HistoryPart) -> None:
        if told.newest is None:
            return
        self.loss.append(TRAINING, told.x, told.losses)
        self.accuracy.append(TRAINING, told.x, 100 * told.accuracies)

    def _show_tiles(self, told: HistoryPart) -> None:
        if self._last is not None:
            self._show_epoch(self._last)
        if told.newest is None:
            return
        self._speed_tile.set_value(f"{told.newest.images_per_s:,.0f}", self._device)
        done = (told.newest.last_step - 1) // self._steps_per_epoch
        self._time_tile.set_value(duration_text(told.newest.seconds_left), self._epochs_text(done))

    def _add_epochs(self, epochs: Sequence[EpochDone]) -> None:
        if not epochs:
            return
        x = [event.epoch for event in epochs]
        self.loss.append(VALIDATION, x, [event.val_loss for event in epochs])
        self.accuracy.append(VALIDATION, x, [100 * event.val_top1 for event in epochs])
        self._last = epochs[-1]
        self._best = next((event for event in reversed(epochs) if event.is_best), self._best)

    def _show_epoch(self, last: EpochDone) -> None:
        best = f"best {100 * self._best.val_top1:.1f}, epoch {self._best.epoch:,}" if self._best else ""
        self.accuracy_tile.set_value(f"{100 * last.val_top1:.1f} %", best)
        gap = last.val_loss - last.train_loss
        self._loss_tile.set_value(
            loss_text(last.val_loss), f"{loss_text(abs(gap))} {'above' if gap >= 0 else 'below'} training"
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
