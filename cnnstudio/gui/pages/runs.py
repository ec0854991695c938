"""The page Runs: all trainings of the project, to open, resume, or move to the bin and back."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.words import counted, printable
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.pages.run_rows import COLUMNS, RunRow, read_rows
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.bin_menu import BinButton
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.notice import NoticeBar
from cnnstudio.gui.widgets.states import EmptyState
from cnnstudio.gui.widgets.table import Table
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import binned_runs

# While a run trains its numbers change: look at the disk this often.
REFRESH_MS = 2_000
BinItems = list[tuple[str, Path]]


class RunsPage(Page):
    """Glue between the session's runs and their table."""

    key, title, icon = "runs", "Runs", "format-list-bulleted"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: list[RunRow] = []
        self._binned: Path | None = None
        self.table = Table(COLUMNS, "Runs", "Enter or a double click looks inside the run.")
        self.table.set_sortable(0, is_descending=True)
        self.card = Card("Runs")
        self.open_button = Button(
            "Look inside", "Open the chosen run on the page Inspect.", role="main", icon="magnify-scan"
        )
        self.resume_button = Button("Resume", "Go on training the chosen run where it was left.", icon="play")
        self.reveal_button = Button(
            "Show the folder", "Open the run's folder in the file manager.", icon="folder-open-outline"
        )
        self.export_button = Button(
            "Export…", "Take its network out: PyTorch code, ONNX or weights (Ctrl+E).", icon="export-variant"
        )
        self.bin_button = Button(
            "Move to the bin", "Take the run out of the list; this can be undone.", icon="delete-outline"
        )
        self.bin_list = BinButton()
        self.empty = EmptyState(
            "No runs yet",
            "Each training is kept as a run: its curves, its checkpoints, and all its settings.",
            "Train the network",
            "Go to the page Train.",
            "format-list-bulleted",
        )
        self.undo_notice = NoticeBar(self, margin_px=16)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._lay_out()
        self._connect()
        self._read()

    def entered(self) -> None:
        self._read()

    def _lay_out(self) -> None:
        content = Card()
        self.card = content
        content.set_title("Runs")
        content.add(self.table, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.tokens.size.grid)
        for button in (self.open_button, self.resume_button, self.export_button, self.reveal_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.bin_list)
        buttons.addWidget(self.bin_button)
        content.add(buttons)
        for view in (content, self.empty):
            self.add_view(view)

    def _connect(self) -> None:
        session = self.session
        session.runs_changed.connect(self._read)
        session.run_changed.connect(self._mark_current)
        session.training.changed.connect(self._on_training)
        self.table.chosen.connect(self._on_chosen)
        self.table.activated_row.connect(self._open)
        self.open_button.clicked.connect(self._open)
        self.resume_button.clicked.connect(self._resume)
        self.export_button.clicked.connect(self._export)
        self.reveal_button.clicked.connect(self._reveal)
        self.bin_button.clicked.connect(self._bin)
        self.bin_list.back_wanted.connect(self._bring_back)
        self.empty.triggered.connect(self._go_to_train)
        self.undo_notice.acted.connect(self._unbin)
        self._timer.timeout.connect(self._read)

    # What is shown ----------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Read the numbers of all runs beside the window: histories may be long, folders large."""
        runs, project = tuple(self.session.runs), self.session.project
        self._show_fitting_view()
        if project is None or not self.isVisible():
            return

        def work(ctx: JobContext) -> tuple[list[RunRow], BinItems]:
            return read_rows(runs, ctx), [(_bin_text(run), run.path) for run in binned_runs(project.runs_dir)]

        self.session.jobs.start("Reading the runs", "runs", work, on_done=self._show, supersede=True)

    def content_view(self) -> QWidget:
        """The view with the table."""
        return self.card

    def _show_fitting_view(self) -> None:
        """The table, too, while all runs are in the bin: there they are brought back."""
        has_any = bool(self.session.runs or self.bin_list.items())
        self.show_view(self.content_view() if has_any else self.empty)

    def _show(self, found: tuple[list[RunRow], BinItems]) -> None:
        self._rows, binned = found
        rows = self._rows
        self.bin_list.set_items(binned)
        self._show_fitting_view()
        now = datetime.now(UTC).astimezone()
        self.table.set_rows([row.cells(now) for row in rows])
        self.card.set_note(f"{len(rows):,}")
        self._mark_current()

    def _mark_current(self) -> None:
        current = self.session.run
        place = next(
            (i for i, row in enumerate(self._rows) if current is not None and row.run.path == current.path), -1
        )
        if place >= 0:
            self.table.choose(place)
        self._update_buttons()

    def _update_buttons(self) -> None:
        row = self._current()
        none = "Choose a run first."
        self.open_button.set_enabled(
            row is not None and (row.epochs > 0 or row.run.is_imported),
            none if row is None else "It has not finished an epoch.",
        )
        self.reveal_button.set_enabled(row is not None, none)
        self.export_button.set_enabled(
            row is not None and (row.epochs > 0 or row.run.is_imported),
            none if row is None else "It has not finished an epoch.",
        )
        can_resume = row is not None and row.state.can_resume and not self.session.training.is_active
        why_not = none if row is None else self._why_not_resume(row)
        self.resume_button.set_enabled(can_resume, why_not)
        is_live = row is not None and self._is_live(row.run)
        self.bin_button.set_enabled(
            row is not None and not is_live, none if row is None else "Stop its training first."
        )

    def _why_not_resume(self, row: RunRow) -> str:
        if self.session.training.is_active:
            return "A training is running: one at a time."
        return f"It is {row.state.value}: there is nothing left to train."

    def _is_live(self, run: Run) -> bool:
        training = self.session.training
        return training.is_active and training.run is not None and training.run.path == run.path

    def _current(self) -> RunRow | None:
        place = self.table.current()
        return self._rows[place] if 0 <= place < len(self._rows) else None

    # What the user does -----------------------------------------------------------------------------------------

    def _on_chosen(self, place: int) -> None:
        if 0 <= place < len(self._rows):
            self.session.choose_run(self._rows[place].run)
        self._update_buttons()

    def _open(self) -> None:
        row = self._current()
        if row is not None:
            self.session.choose_run(row.run)
            self.session.page_requested.emit("inspect")

    def _resume(self) -> None:
        row = self._current()
        if row is not None:
            self.session.training.resume_run(row.run)
            self.session.page_requested.emit("train")

    def _export(self) -> None:
        row = self._current()
        if row is not None:
            self.session.export_wanted.emit(row.run)

    def _reveal(self) -> None:
        row = self._current()
        if row is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.run.path)))

    def _bin(self) -> None:
        row = self._current()
        if row is None:
            return
        self._binned = self.session.bin_run(row.run)
        if self._binned is not None:
            self._rows = []
            freed = row.size_text()
            self.undo_notice.show_notice("info", f"{row.name} is in the bin ({freed}).", "", "Undo")

    def _unbin(self) -> None:
        if self._binned is not None:
            self._bring_back(self._binned)

    def _bring_back(self, binned: Path) -> None:
        if binned == self._binned:
            self._binned = None
            self.undo_notice.withdraw()
        self.session.unbin_run(binned)

    def _go_to_train(self) -> None:
        self.session.page_requested.emit("train")

    def _on_training(self) -> None:
        if self.session.training.is_active:
            self._timer.start()
        else:
            self._timer.stop()
        self._update_buttons()


def _bin_text(run: Run) -> str:
    """A run in the bin, in words that tell it from the others."""
    return f"{printable(run.name)} · {printable(run.graph.name)}, {counted(len(run.epochs()), 'epoch')}"
