"""Glue between the examination before a training and the panels that show it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnstudio.gui.pages.train_layout import TrainLayout
from cnnstudio.gui.pages.train_panels import CHECKS, CURVES
from cnnstudio.gui.training import Phase
from cnnstudio.gui.widgets import plot_hint

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Progress
    from cnnstudio.gui.session import Session
    from cnnstudio.training.finder import RangeTest, RateTried
    from cnnstudio.training.findings import Fix, PreflightDone

CHECKING = "The recipe is checked first, on the tab Checks; the curves begin right after it."


class BeforeStart(QObject):
    """Runs checks and finder when they are asked for, and puts fixes and rates into the project."""

    def __init__(self, session: "Session", view: TrainLayout) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        training, checks, finder = session.training, view.panels.checks, view.panels.finder
        self._examination = training.examination
        checks.check_wanted.connect(self._on_check)
        checks.start_wanted.connect(self._on_start_anyway)
        checks.fix_chosen.connect(self._on_fix)
        view.form.fix_chosen.connect(self._on_fix)
        checks.skip_changed.connect(self._on_skip)
        finder.find_wanted.connect(self._on_find)
        finder.rate_taken.connect(self._on_rate)
        self._examination.checked.connect(self._on_checked)
        self._examination.progressed.connect(self._on_progress)
        self._examination.tried.connect(self._on_tried)
        self._examination.found.connect(self._on_found)
        for signal in (self._examination.changed, training.changed, session.dataset_changed, session.graph_changed):
            signal.connect(self._refresh)
        session.settings_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        why_not = self._session.training.why_not_start()
        self._view.panels.checks.set_can_check(not why_not, why_not)
        self._view.panels.finder.set_can_find(not why_not, why_not)
        self._view.panels.checks.set_skipped(not self._session.settings.checks_first)
        phase, curves = self._session.training.phase, self._view.panels.curves
        for plot in (curves.loss, curves.accuracy):
            plot.set_waiting(CHECKING if phase is Phase.CHECKING else plot_hint.TEXT)
        if phase is Phase.STARTING:
            self._view.panels.show_tab(CURVES)

    def _on_check(self) -> None:
        self._examination.check()

    def _on_find(self) -> None:
        self._view.panels.finder.clear()
        self._examination.find_rate()

    def _on_start_anyway(self) -> None:
        self._session.training.start(is_checked=True)

    def _on_skip(self, is_skipped: bool) -> None:
        self._session.set_settings(self._session.settings.replace(checks_first=not is_skipped))

    def _on_fix(self, fix: "Fix") -> None:
        if fix.page:
            self._session.page_requested.emit(fix.page)
            return
        if fix.config is not None:
            self._session.set_config(fix.config)
        if fix.graph is not None:
            self._session.set_graph(fix.graph, fix.title)
        if fix.data is not None:
            self._session.set_data_spec(fix.data)
        self._view.panels.checks.clear()

    def _on_rate(self, rate: float) -> None:
        config = self._session.config
        own = rate * config.optimizer.rate / config.rate
        self._session.set_config(config.replace(optimizer=config.optimizer.replace(rate=float(f"{own:.3g}"))))
        self._session.notice.emit("ok", f"The learning rate is {rate:g} now.", "")

    def _on_checked(self, done: "PreflightDone") -> None:
        self._view.panels.checks.set_done(done, can_start=True)
        if done.is_bad:
            self._view.panels.show_tab(CHECKS)

    def _on_progress(self, progress: "Progress") -> None:
        if self._session.training.phase is Phase.CHECKING or progress.text.startswith("Checking"):
            self._view.panels.checks.set_busy(progress)

    def _on_tried(self, tried: "list[RateTried]") -> None:
        rates, losses, smooth = ([getattr(one, key) for one in tried] for key in ("rate", "loss", "smooth"))
        self._view.panels.finder.add(rates, losses, smooth)

    def _on_found(self, result: "RangeTest") -> None:
        self._view.panels.finder.set_result(result.text, result.suggestion)
