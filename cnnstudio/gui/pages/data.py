"""The page Data: where the pictures come from, the pictures themselves, and what was found in them."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.errors import DataError, StudioError
from cnnstudio.core.jobs import Job
from cnnstudio.data.class_files import ClassFilesSource
from cnnstudio.data.class_guess import completed
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, SplitSpec, parse_source
from cnnstudio.gui.data_choice import choose_file, choose_folder, open_data, show_image_cache, show_known_sets
from cnnstudio.gui.pages.data_edits import DataEdits
from cnnstudio.gui.pages.data_panels import LEFT_PX, RIGHT_PX, SidePanel
from cnnstudio.gui.pages.data_sources import KNOWN, OWN, SourcePanel
from cnnstudio.gui.pages.data_texts import chip_text, findings, places_of, problem_rows
from cnnstudio.gui.pages.overview import OVERVIEW, OverviewTab
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.relinking import CHOOSE, FIND, GONE, ask_for_folder, is_lost
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.gui.undo_keys import UndoKeys
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.data_browser import DataBrowser
from cnnstudio.gui.widgets.states import BusyState, EmptyState, ErrorState
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.tabs import Tabs

PICTURES, AUGMENT = "pictures", "augment"
TABS = (
    (PICTURES, "Pictures", "Where the pictures come from, and the pictures themselves."),
    (OVERVIEW, "Overview", "Mean pictures, levels, and a map on which alike pictures lie side by side."),
    (AUGMENT, "Augment", "How the pictures are distorted for training, and what the network gets."),
)

# Reopening after a small change takes less: the page need not flicker for it.
BUSY_AFTER_MS = 250
# Below this width the columns at the sides give some of theirs to the pictures.
NARROW_PX = 1_100


class DataPage(Page):
    """Glue between the session's data and the widgets that show it."""

    key, title, icon = "data", "Data", "image-multiple-outline"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._shown: Dataset | None = None
        self.tabs, self.views = Tabs(TABS, "What of the data to look at"), QStackedWidget()
        self.augment: QWidget | None = None
        self.overview = OverviewTab(session)
        self.sources = SourcePanel()
        self.browser = DataBrowser()
        self.side = SidePanel()
        self.empty = EmptyState(
            "No pictures yet",
            "Choose a source at the left, or drop a folder of images, an archive or a file on the window.",
            "Use the handwritten digits",
            "Open 1,797 handwritten digits that come with the program.",
            "image-multiple-outline",
        )
        self.busy = BusyState("Opening the data", "Stop opening; nothing of your files is changed.")
        self.error = ErrorState("Your files were not changed, and your runs are safe.", *CHOOSE)
        self.problems = Table(
            [Column("File", "Where it lies in the folder."), Column("What is wrong", "In one sentence.")],
            "Problems",
            "Enter or a double click goes to the picture, if it is among them.",
        )
        self.problems.stretch_column(1)
        self.problem_card = Card("Problems")
        self.edits = DataEdits(session, self.browser, self.side.edits, self.side.findings, self)
        # On the other tabs the keys mean what those have, or the network.
        self.undo_keys = UndoKeys(self, self._is_among_pictures)
        self._busy_timer = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._lay_out()
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        back = Button("Back to the pictures", "Show the pictures again.", icon="arrow-left")
        back.clicked.connect(self._show_pictures)
        self.problem_card.add_to_header(back)
        self.problem_card.add(self.problems, 1)
        self._middle = QStackedWidget()
        for view in (self.browser, self.problem_card, self.empty, self.busy, self.error):
            self._middle.addWidget(view)
        content = self._pictures = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(self.sources)
        row.addWidget(self._middle, 1)
        row.addWidget(self.side)
        self.views.addWidget(content)
        self.views.addWidget(self.overview)
        box = QVBoxLayout()
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(self.tabs)
        box.addWidget(self.views, 1)
        self.set_content(box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW_PX
        self.sources.setFixedWidth(LEFT_PX - 30 if is_narrow else LEFT_PX)
        self.side.setFixedWidth(RIGHT_PX - 30 if is_narrow else RIGHT_PX)

    def _connect(self) -> None:
        session = self.session
        session.dataset_changed.connect(self._refresh)
        session.project_changed.connect(self._on_project)
        session.jobs.job_changed.connect(self._on_job)
        self.tabs.chosen.connect(self.show_tab)
        self.overview.chosen.connect(self._on_lasso)
        self.sources.chosen.connect(self._on_source)
        self.sources.dropped.connect(self._on_folder)
        self.sources.choose_folder.connect(self._choose_folder)
        self.sources.choose_file.connect(self._choose_file)
        self.sources.source_changed.connect(self._on_source_changed)
        self.sources.go_on.connect(partial(session.page_requested.emit, "network"))
        self.side.split.changed.connect(self._on_split)
        self.side.preprocess.changed.connect(self._on_preprocess)
        self.side.counts.chosen.connect(self.browser.set_class)
        self.side.findings.chosen.connect(self._show_problems)
        self.browser.class_chosen.connect(self.side.counts.set_current)
        self.empty.triggered.connect(partial(self._on_source, "digits"))
        self.error.triggered.connect(self._mend)
        self.busy.triggered.connect(self._cancel)
        self.side.save_report.clicked.connect(self.edits.ask_for_report)
        self.side.cache_button.clicked.connect(self._show_cache)
        self.problems.activated_row.connect(self._go_to_picture)
        self.undo_keys.pressed.connect(self.edits.press)
        self._busy_timer.timeout.connect(self._show_busy)

    def show_tab(self, tab: str = PICTURES) -> None:
        """Show "pictures", "overview" or "augment"."""
        self.tabs.set_current(tab)
        if tab == AUGMENT and self.augment is None:
            # Its chart loads pyqtgraph: not before it is wanted.
            from cnnstudio.gui.pages.augment import AugmentTab

            self.augment = AugmentTab(self.session)
            self.augment.pictures_wanted.connect(self.show_tab)
            self.views.addWidget(self.augment)
        other = {OVERVIEW: self.overview, AUGMENT: self.augment}.get(tab)
        self.views.setCurrentWidget(other if other is not None else self._pictures)

    def _on_lasso(self, numbers: list[int]) -> None:
        self.browser.show_only(numbers, "Chosen on the map")
        self.show_tab(PICTURES)

    def _is_among_pictures(self) -> bool:
        return self.views.currentIndex() == 0

    # What is shown ----------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        session = self.session
        spec = session.data_spec
        self.sources.set_source(None if spec is None else spec.source)
        self.sources.set_ready(session.dataset is not None)
        if session.dataset is not None:
            self._busy_timer.stop()
            self._show_dataset(session.dataset)
        elif session.data_error is not None:
            self._busy_timer.stop()
            self._show_error(session.data_error)
        elif session.data_job is not None:
            self._busy_timer.start()
            self.busy.set_texts(f"Opening {session.opening}", "")
        else:
            self._middle.setCurrentWidget(self.empty)
        is_busy = session.data_job is not None and self._middle.currentWidget() is self.busy
        is_known = self._shown is not None and session.data_error is None and spec is not None
        self.side.setVisible(is_known and not is_busy)

    def _show_dataset(self, dataset: Dataset) -> None:
        if dataset is not self._shown:
            self._shown = dataset
            self.side.set_dataset(dataset, findings(dataset.problems))
        assert self.session.data_spec is not None
        self.side.set_specs(self.session.data_spec.split, self.session.data_spec.preprocess)
        if any(problem.is_blocking for problem in dataset.problems):
            # What allows a training all the same is among the settings that are seldom changed.
            self.sources.settings.open_more()
        self.edits.show()
        self._middle.setCurrentWidget(self.browser)

    def _show_error(self, error: StudioError) -> None:
        is_gone = is_lost(self.session)
        self.error.set_error("The data can't be used", DataError(error.message, hint=GONE) if is_gone else error)
        self.error.set_action(*(FIND if is_gone else CHOOSE))
        self._middle.setCurrentWidget(self.error)

    def _show_busy(self) -> None:
        self._middle.setCurrentWidget(self.busy)
        # What was found in the data of before says nothing of those that are opened.
        self.side.hide()

    def _show_pictures(self) -> None:
        self._middle.setCurrentWidget(self.browser)

    def _show_problems(self, kind: str) -> None:
        assert self._shown is not None
        places = places_of(self._shown.problems, kind)
        if places:
            self.browser.show_only(places, chip_text(kind))
            self._show_pictures()
            return
        group = [problem for problem in self._shown.problems if problem.kind == kind]
        hint = next((problem.hint for problem in group if problem.hint), "")
        self.problem_card.set_title(f"Problems: {len(group):,}")
        self.problems.setToolTip(hint or "Enter or a double click goes to the picture, if it is among them.")
        self.problems.set_rows(problem_rows(group))
        self._middle.setCurrentWidget(self.problem_card)

    def _go_to_picture(self, row: int) -> None:
        name = self.problems.text(row, 0)
        if self.browser.show_name(name):
            self._show_pictures()
        else:
            self.session.notice.emit("info", f"{name} is not among the pictures: it could not be read.", "")

    # What the user does -----------------------------------------------------------------------------------------

    def _on_source(self, kind: str) -> None:
        if kind == OWN:
            self._choose_folder()
        elif kind == KNOWN:
            show_known_sets(self, self.session)
            self._refresh()
        elif (spec := self.session.data_spec) is None or spec.source.kind != kind or self.session.data_error:
            self.session.open_source(parse_source(kind))

    def _on_source_changed(self, source: SourceSpec) -> None:
        spec = self.session.data_spec
        if spec is None:
            return
        if isinstance(source, ClassFilesSource):
            source = completed(source)
        preprocess = spec.preprocess
        if getattr(source, "side", None) != getattr(spec.source, "side", None):
            # Scenes that are drawn larger are meant to be seen larger.
            preprocess = source.default_preprocess()
        self.session.set_data_spec(spec.replace(source=source, preprocess=preprocess))

    def _on_folder(self, paths: list[Path]) -> None:
        open_data(self.session, paths[0])

    def _choose_folder(self) -> None:
        if not choose_folder(self, self.session):
            self._refresh()

    def _mend(self) -> None:
        ask = ask_for_folder if is_lost(self.session) else choose_folder
        if not ask(self, self.session):
            self._refresh()

    def _choose_file(self) -> None:
        if not choose_file(self, self.session):
            self._refresh()

    def _show_cache(self) -> None:
        show_image_cache(self, self.session)

    def _on_split(self, split: SplitSpec) -> None:
        if self.session.data_spec is not None:
            self.session.set_data_spec(self.session.data_spec.replace(split=split))

    def _on_preprocess(self, preprocess: PreprocessSpec) -> None:
        if self.session.data_spec is not None:
            self.session.set_data_spec(self.session.data_spec.replace(preprocess=preprocess))

    def _cancel(self) -> None:
        if self.session.data_job is not None:
            self.session.data_job.cancel()

    def _on_job(self, job: Job) -> None:
        if job is self.session.data_job:
            self.busy.set_progress(job.progress)

    def _on_project(self) -> None:
        self._shown = None
        self._refresh()
