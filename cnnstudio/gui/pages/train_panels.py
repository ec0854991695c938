"""The middle of the page Train: curves, layers, pace, and what is looked at before the start, behind tabs."""

import time
from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.checks_view import ChecksView
from cnnstudio.gui.widgets.cross_hair import CrossHair
from cnnstudio.gui.widgets.health_view import HealthView
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.pace_view import PaceView
from cnnstudio.gui.widgets.rate_finder import RateFinderView
from cnnstudio.gui.widgets.run_curves import RunCurves
from cnnstudio.gui.widgets.tabs import Tabs
from cnnstudio.runs.history_part import HistoryPart, part_of
from cnnstudio.training.diagnosis import Diagnosis, course
from cnnstudio.training.events import EpochDone, RunEnded, TrainingEvent

CURVES, LAYERS, PACE, CHECKS, RATE = "curves", "layers", "pace", "checks", "rate"
FEW_CLASSES = 2
# Epochs may take a tenth of a second, and a sentence is not read in one.
SAY_S = 1.0
TABS = (
    (CURVES, "Curves", "Loss and accuracy while it trains."),
    (LAYERS, "Layers", "How each layer fares: gradients, steps, dead units, weights."),
    (PACE, "Pace", "Learning rate, images a second, waiting for data, memory, top-5."),
    (CHECKS, "Checks", "What is examined before the first step."),
    (RATE, "Find a rate", "Which learning rate suits this network and data."),
)


class TrainPanels(QWidget):
    """Fed with a training's events; knows no run and no session."""

    def __init__(self, curves: RunCurves) -> None:
        super().__init__()
        self.curves = curves
        self._epochs: list[EpochDone] = []
        self._lowest: EpochDone | None = None
        self._say_at_s = 0.0
        self._classes, self._steps_per_epoch = FEW_CLASSES, 1
        self._says = Label("", "", wrap=True)
        self.health, self.pace, self.checks, self.finder = HealthView(), PaceView(), ChecksView(), RateFinderView()
        self.tabs = Tabs(TABS, "Views of the training")
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {
            CURVES: curves,
            LAYERS: self.health,
            PACE: self.pace,
            CHECKS: self.checks,
            RATE: self.finder,
        }
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._cross = CrossHair((curves.loss, curves.accuracy, *self.pace.plots), self)
        self.tabs.chosen.connect(self.show_tab)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(self.tabs)
        box.addWidget(self._says)
        box.addWidget(self._stack, 1)
        self._say()

    def clear(self) -> None:
        """Empty what belongs to a run; checks and finder belong to the recipe."""
        for view in (self.curves, self.health, self.pace):
            view.clear()
        self._epochs, self._lowest, self._steps_per_epoch = [], None, 1
        self._say()

    def add(self, events: Sequence[TrainingEvent]) -> None:
        """Show what happened, oldest first."""
        self.add_part(part_of(events, self._steps_per_epoch))

    def add_part(self, told: HistoryPart) -> None:
        """Show what happened, a few steps or a long history that was read beside the window."""
        self._steps_per_epoch = told.steps_per_epoch
        self.curves.add(told)
        self.health.add(told.others)
        self.pace.add(told)
        if told.epochs:
            self._epochs += told.epochs
            kept = [self._lowest] if self._lowest is not None else []
            self._lowest = min((*kept, *told.epochs), key=lambda epoch: epoch.val_loss)
        has_ended = any(isinstance(event, RunEnded) for event in told.others)
        if has_ended or (told.epochs and time.monotonic() >= self._say_at_s):
            self._say()
            self._say_at_s = time.monotonic() + SAY_S

    def set_classes(self, count: int) -> None:
        """How many classes there are: from it follows what a guesser would get."""
        self._classes = max(FEW_CLASSES, count)

    def diagnosis(self) -> str:
        """What is said about the gap between training and validation."""
        return self._says.text()

    def divergence(self) -> str:
        """What is said if the loss has blown up, though all numbers are finite still; empty otherwise."""
        found = self._course()
        return found.text if found is not None and found.has_diverged else ""

    def _course(self) -> Diagnosis | None:
        return course(self._epochs, self._classes, self._lowest)

    def _say(self) -> None:
        found = self._course()
        self._says.set_text(found.text if found is not None else "", found.tone if found is not None else "")
        # Checks and finder are about the next run, not about this one.
        self._says.setVisible(found is not None and self.current() not in (CHECKS, RATE))

    def show_tab(self, key: str) -> None:
        """Bring a view to the front."""
        self.tabs.set_current(key)
        self._stack.setCurrentWidget(self._pages[key])
        self._say()

    def current(self) -> str:
        """The view in front."""
        return self.tabs.current()
