"""The page Classify: ask a run's network about pictures of one's own."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress
from cnnstudio.explain.colours import TITLES
from cnnstudio.explain.methods.grad_cam import GradCam
from cnnstudio.gui.pages.classifying import Classified, classify
from cnnstudio.gui.pages.judging import LANE
from cnnstudio.gui.pages.lane_network import LaneNetwork
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.pages.paste_key import PasteKey
from cnnstudio.gui.pages.picture_drops import PictureDrops
from cnnstudio.gui.pages.picture_sources import Sources, chosen_files, pasted
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.drop_zone import DropZone
from cnnstudio.gui.widgets.field_rows import FieldRows, KeyedCombo, PercentSlider
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.progress_line import ProgressLine
from cnnstudio.gui.widgets.result_sheet import Result, ResultSheet
from cnnstudio.gui.widgets.side_column import SideColumn
from cnnstudio.gui.widgets.states import EmptyState, ErrorState

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.gui.session import Session

OPACITY = 0.75
CHOOSE_TOOLTIP = "Choose picture files (PNG, JPEG, …); a folder can be dropped."


class ClassifyPage(Page):
    """Glue between pictures from anywhere, the chosen run, and the sheet of answers."""

    key = "classify"
    title = "Classify"
    icon = "image-search-outline"

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._networks = LaneNetwork()
        self._job: Job | None = None
        self._waiting: Sources = []
        self._sources: Sources = []
        self._run_path: Path | None = None
        self._round, self._has_answered = 0, False
        self.zone = DropZone("Drop pictures here, or paste (Ctrl+V)", "Choose pictures…", CHOOSE_TOOLTIP)
        set_role(self.zone.button, "main")
        self.paste_button = Button("Paste", "Ask about the picture on the clipboard (Ctrl+V).", icon="content-paste")
        self.clear_button = Button("Clear", "Take all results away; your files are not touched.", icon="close")
        self.heat_switch = QCheckBox("Heat map over the picture")
        self.opacity = PercentSlider(OPACITY)
        self.colours = KeyedCombo([(name, TITLES[name]) for name in ("inferno", "viridis", "grey")])
        self.sheet = ResultSheet()
        self.line = ProgressLine("Stop reading; what was answered stays.")
        self._run_name = Label("", "small", wrap=True)
        self.drops = PictureDrops(self, "Classify", takes_folders=True)
        self._paste_key = PasteKey(self)
        self._make_states()
        self._content = self._lay_out()
        for view in (self.empty, self.error, self._content):
            self.add_view(view)
        self._connect()
        self._on_run_changed()

    def _make_states(self) -> None:
        self.empty = EmptyState(
            "Train a network first",
            "Classify asks a trained network what is in a picture of yours, and shows where it looked.",
            "Go to Train",
            "Open the page Train.",
            icon=self.icon,
        )
        self.error = ErrorState("The run and your pictures are unchanged.", "Try again", "Ask once more.")
        self.invitation = EmptyState(
            "What is in your pictures?",
            "Drop them anywhere on this page, paste one, or choose files. A folder gives all pictures in it.",
            "",
            icon=self.icon,
        )

    # Building -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> QWidget:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(SideColumn([self._make_pictures(), self._make_heat()]))
        right = QVBoxLayout()
        right.setSpacing(theme.tokens.size.gap)
        right.addWidget(self.line)
        right.addWidget(self.sheet, 1)
        right.addWidget(self.invitation, 1)
        row.addLayout(right, 1)
        return content

    def _make_pictures(self) -> Card:
        card = Card("Pictures")
        buttons = QHBoxLayout()
        buttons.addWidget(self.paste_button)
        buttons.addWidget(self.clear_button)
        buttons.addStretch(1)
        for part in (self.zone, buttons, self._run_name):
            card.add(part)
        return card

    def _make_heat(self) -> Card:
        card = Card("Where it looked")
        self.heat_switch.setChecked(True)
        self.heat_switch.setToolTip("Show what speaks for the best guess, or the picture alone.")
        rows = FieldRows()
        rows.add_row("Opacity", self.opacity, "How much the hottest place covers the picture, 0 to 100 %.")
        rows.add_row("Colours", self.colours, "Table of colours for the heat.")
        for part in (self.heat_switch, rows, Label(GradCam.about, "small", wrap=True), Label(GradCam.paper, "small")):
            card.add(part)
        return card

    def _connect(self) -> None:
        session = self.session
        session.run_changed.connect(self._on_run_changed)
        session.images_dropped.connect(self.add_pictures)
        session.jobs.job_changed.connect(self._on_job_changed)
        self.empty.triggered.connect(self._on_train_wanted)
        self.error.triggered.connect(self._start)
        self.zone.choose.connect(self._on_choose)
        self.zone.dropped.connect(self.add_pictures)
        self.drops.dropped.connect(self.add_pictures)
        self._paste_key.pressed.connect(self._on_paste)
        self.paste_button.clicked.connect(self._on_paste)
        self.clear_button.clicked.connect(self._on_clear)
        self.line.cancelled.connect(self._on_cancel)
        self.heat_switch.toggled.connect(self._on_look)
        self.opacity.moved.connect(self._on_look)
        self.colours.picked.connect(self._on_look)

    # Pictures -------------------------------------------------------------------------------------------------

    def add_pictures(self, sources: list[Any]) -> None:
        """Ask about files, folders or uint8 pictures (H, W, 3)."""
        self._waiting += sources
        self._sources += sources
        self._start()

    def _on_choose(self) -> None:
        self.add_pictures(chosen_files(self, "Pictures to classify"))

    def _on_paste(self) -> None:
        self.add_pictures(pasted(self.session))

    def _on_clear(self) -> None:
        self._on_cancel()
        self._round += 1
        self._waiting, self._sources = [], []
        self.sheet.clear()
        self._refresh()

    # Asking ---------------------------------------------------------------------------------------------------

    def _on_run_changed(self) -> None:
        run = self.session.run
        path = run.path if run is not None else None
        self.drops.is_open = run is not None
        if path != self._run_path:
            # Another network has another opinion: all pictures are asked about again.
            self._run_path = path
            self._on_cancel()
            self._round += 1
            self.sheet.clear()
            self._waiting = list(self._sources)
            self._start()
        self._refresh()

    @property
    def _is_busy(self) -> bool:
        return self._job is not None and not self._job.state.is_over

    def _start(self) -> None:
        run, networks = self.session.run, self._networks
        if run is None or self._is_busy or not self._waiting:
            self._refresh()
            return
        sources, self._waiting, self._has_answered = self._waiting, [], False

        def work(ctx: "JobContext") -> int:
            return classify(ctx, networks, run, sources)

        self._job = self.session.jobs.start(
            f"Classifying with {run.name}",
            LANE,
            work,
            on_done=self._on_done,
            on_error=self._on_failed,
            on_cancelled=self._start,
            on_events=partial(self._on_events, self._round),
        )
        self.line.set_progress(Progress(0, 0, "Reading pictures"))
        self._refresh()

    def _on_events(self, asked_in: int, events: list[Any]) -> None:
        if asked_in != self._round:
            return  # answers for what was cleared, or by another run
        found = [event for event in events if isinstance(event, Classified)]
        self.sheet.add([_result(one) for one in found], is_first=not self._has_answered)
        self._has_answered = self._has_answered or bool(found)
        self._refresh()

    def _on_job_changed(self, job: "Job") -> None:
        if job is self._job:
            self.line.set_progress(job.progress)

    def _on_done(self, count: int) -> None:
        self._start()

    def _on_failed(self, error: StudioError) -> None:
        self._waiting = list(self._sources)
        self.sheet.clear()
        self.error.set_error("The pictures can't be classified", error)
        self.show_view(self.error)

    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _on_train_wanted(self) -> None:
        self.session.page_requested.emit("train")

    # Showing --------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        run = self.session.run
        if run is None:
            self.show_view(self.empty)
            return
        self.show_view(self._content)
        self._run_name.set_text(f"Answers by {run.name}: {run.graph.name}, {len(run.classes):,} classes.")
        has_results = self.sheet.count() > 0
        self.sheet.setVisible(has_results)
        self.invitation.setVisible(not has_results)
        self.line.setVisible(self._is_busy)
        self.clear_button.set_enabled(has_results, "There is nothing to take away.")

    def _on_look(self) -> None:
        self.sheet.set_heat_look(self.heat_switch.isChecked(), self.opacity.share(), self.colours.key())


def _result(found: Classified) -> Result:
    picture = found.picture
    return Result(picture.name, picture.shown, found.prediction, found.heat, picture.problem, picture.hint)
