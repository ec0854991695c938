"""The page Evaluate: how good a run's network is, which classes it confuses, and its mistakes."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.late_pictures import LatePictures
from cnnstudio.gui.pages.judging import LANE, Judged, images_to_judge, judge
from cnnstudio.gui.pages.lane_network import LaneNetwork, newest_change
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.evaluation_texts import SPLIT_WORDS, SPLITS, ready_text
from cnnstudio.gui.widgets.evaluation_view import EvaluationView
from cnnstudio.gui.widgets.labels import ElidedLabel
from cnnstudio.gui.widgets.states import BusyState, EmptyState, ErrorState
from cnnstudio.gui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.gui.session import Session

Key = tuple[object, ...]


class EvaluatePage(Page):
    """Glue between the chosen run and its examination; results are kept while the window is open."""

    key = "evaluate"
    title = "Evaluate"
    icon = "check-decagram-outline"

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._networks = LaneNetwork()
        self._pictures = LatePictures(session, self)
        self._job: Job | None = None
        self._job_key: Key = ()
        self._results: dict[Key, Judged] = {}
        self._errors: dict[Key, StudioError] = {}
        self.splits = Tabs(SPLITS, "Which images to judge by")
        self.main_button = Button("Evaluate", "Judge the chosen run.", role="main", icon="check-decagram-outline")
        self.view = EvaluationView()
        self.empty = EmptyState(
            "Train a network first",
            "Evaluate says how good a trained network is on images that it has never seen, and shows its mistakes.",
            "Go to Train",
            "Open the page Train.",
            icon=self.icon,
        )
        self.ready = EmptyState("", "", icon=self.icon)
        self.busy = BusyState("Judging the images")
        self.error = ErrorState("The run's folder is unchanged.", "Try again", "Judge the images once more.")
        self._what = ElidedLabel("", "muted")
        self._stack = QStackedWidget()
        self._content = self._lay_out()
        for view in (self.empty, self._content):
            self.add_view(view)
        self._connect()
        self._refresh()

    @property
    def split(self) -> str:
        """Which images are judged: "test", "val" or "train"."""
        return self.splits.current()

    def entered(self) -> None:
        """A training may have saved better weights since the last visit."""
        self._refresh()

    def current_state(self) -> QWidget | None:
        """What is shown: `empty`, `ready`, `busy`, `error` or `view`."""
        return self.empty if self.current_view() is self.empty else self._stack.currentWidget()

    def _lay_out(self) -> QWidget:
        for view in (self.ready, self.busy, self.error, self.view):
            self._stack.addWidget(view)
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        head = QHBoxLayout()
        head.setSpacing(theme.tokens.size.gap)
        head.addWidget(self.splits)
        head.addWidget(self._what, 1)
        head.addWidget(self.main_button)
        box.addLayout(head)
        box.addWidget(self._stack, 1)
        return content

    def _connect(self) -> None:
        session = self.session
        session.run_changed.connect(self._refresh)
        session.judging_wanted.connect(self._on_judging_wanted)
        session.jobs.job_changed.connect(self._on_job_changed)
        self.splits.chosen.connect(self._refresh)
        self.empty.triggered.connect(self._on_train_wanted)
        self.busy.triggered.connect(self._on_cancel)
        for wanted in (self.ready.triggered, self.error.triggered, self.main_button.clicked):
            wanted.connect(self._start)
        self.view.image_wanted.connect(self._on_image_wanted)
        for sheet in (self.view.mistakes, self.view.cell):
            self._pictures.arrived.connect(sheet.canvas().update)

    # Showing --------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Show what there is of the chosen run and split."""
        run = self.session.run
        if run is None:
            self.show_view(self.empty)
            return
        self.show_view(self._content)
        count, word = images_to_judge(run, self.session.dataset, self.split), SPLIT_WORDS[self.split]
        action, tooltip = f"Evaluate on the {word} images", f"Judge {run.name} on {count:,} {word} images."
        self.ready.set_texts(f"How good is {run.name}?", ready_text(count, self.split, is_imported=run.is_imported))
        self.ready.set_action(action, tooltip)
        self.main_button.setText(action)
        self.main_button.setAccessibleName(action)
        self.main_button.setToolTip(tooltip)
        self._show_state()

    def _show_state(self) -> None:
        key = self._wanted()
        judged, error = self._results.get(key), self._errors.get(key)
        if self._is_busy:
            state: QWidget = self.busy
        elif judged is not None:
            state = self.view
            self._pictures.set_dataset(judged.dataset)
            self.view.show_evaluation(judged.evaluation, self._pictures.picture)
        elif error is not None:
            state = self.error
            self.error.set_error("The images can't be judged", error)
        else:
            state = self.ready
        is_shown = state is self.view and judged is not None
        self._what.set_text(f"{judged.run.name}, epoch {judged.epoch:,}" if judged is not None and is_shown else "")
        # One main button at a time: the other states have their own.
        self.main_button.setVisible(is_shown)
        self._stack.setCurrentWidget(state)

    def _wanted(self) -> Key:
        assert self.session.run is not None
        return self.session.run.path, self.split, newest_change(self.session.run)

    # Judging --------------------------------------------------------------------------------------------------

    @property
    def _is_busy(self) -> bool:
        return self._job is not None and not self._job.state.is_over

    def _on_judging_wanted(self) -> None:
        """Judge at once, unless that was done or failed before."""
        self._refresh()
        if self.current_state() is self.ready:
            self._start()

    def _start(self) -> None:
        run, split, dataset, networks = self.session.run, self.split, self.session.dataset, self._networks
        if run is None or self._is_busy:
            return
        key = self._job_key = self._wanted()
        self._errors.pop(key, None)

        def work(ctx: "JobContext") -> Judged:
            return judge(ctx, networks, run, split, dataset)

        self._job = self.session.jobs.start(
            f"Evaluating {run.name}",
            LANE,
            work,
            on_done=self._on_done,
            on_error=self._on_failed,
            on_cancelled=self._refresh,
        )
        self.busy.set_texts(f"Judging {run.name} on the {SPLIT_WORDS[split]} images", "")
        self._refresh()

    def _on_job_changed(self, job: "Job") -> None:
        if job is self._job:
            self.busy.set_progress(job.progress)

    def _on_done(self, judged: Judged) -> None:
        self._results[self._job_key] = judged
        self._refresh()

    def _on_failed(self, error: StudioError) -> None:
        self._errors[self._job_key] = error
        self._refresh()

    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _on_train_wanted(self) -> None:
        self.session.page_requested.emit("train")

    def _on_image_wanted(self, index: int) -> None:
        judged, open_now = self._results[self._wanted()], self.session.dataset
        if open_now is not None and open_now.digest == judged.dataset.digest:
            self.session.page_requested.emit("inspect")
            self.session.image_wanted.emit(index)
        else:
            self.session.notice.emit("info", "The project's data is not what this run was trained on.", "")
