"""How the page Runs is laid out: the table with its filter and buttons above, what is said of the chosen runs below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.gui.pages.run_rows import COLUMNS, LEAVING, LIMITS_PX
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.bin_menu import BinButton
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.column_button import ColumnButton
from cnnstudio.gui.widgets.difference_view import DifferenceView
from cnnstudio.gui.widgets.flow import FlowLayout
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.menu_button import MenuButton
from cnnstudio.gui.widgets.overlay_card import OverlayCard
from cnnstudio.gui.widgets.queue_list import QueueList
from cnnstudio.gui.widgets.run_filter import RunFilter
from cnnstudio.gui.widgets.run_notes import RunNotes
from cnnstudio.gui.widgets.run_table import RunTable
from cnnstudio.gui.widgets.tabs import Tabs

TABS = (
    ("curves", "Curves", "The curves of the chosen runs over each other."),
    ("settings", "Settings that differ", "In what the chosen runs differ: data, network and recipe."),
    ("notes", "Notes", "Name, tags and notes of the run that was chosen last."),
    ("queue", "Queue", "Trainings that wait for their turn."),
)
USES = (
    ("all", "Data, network and recipe", "All three, so that Start trains it once more."),
    ("data", "Its data", "Source, split and preparation of the images."),
    ("network", "Its network", "The layers; undo on the page Network brings the old ones back."),
    ("recipe", "Its recipe", "Optimiser, batch, epochs and all that belongs to the training."),
)
SAVES = (
    ("epochs.csv", "Epochs as CSV…", "One row an epoch, for a spreadsheet."),
    ("steps.csv", "Steps as CSV…", "One row a step, for a spreadsheet."),
    ("epochs.json", "Epochs as JSON…", "One row an epoch, for a program."),
    ("steps.json", "Steps as JSON…", "One row a step, for a program."),
    ("tensorboard", "Event files for TensorBoard…", "Into a folder of your choice; needs the package tensorboard."),
    ("script", "Training script…", "The recipe as plain PyTorch, with network and pictures; runs without CNN Studio."),
)


SHARES = (11, 9)


class RunsLayout(QWidget):
    """The page's parts; it shows what it is given and knows no session."""

    def __init__(self) -> None:
        super().__init__()
        self.table = RunTable(COLUMNS, LIMITS_PX, LEAVING)
        self.table.set_sortable(0, is_descending=True)
        self.columns = ColumnButton(COLUMNS)
        self.filter = RunFilter()
        self.card = Card("Runs")
        self.nothing_kept = Label("No run is like that: take a word out of the filter.", "muted")
        self.nothing_kept.hide()
        self._make_buttons()
        self.tabs = Tabs(TABS, "What is shown of the chosen runs")
        self.overlay, self.differences = OverlayCard(), DifferenceView()
        self.notes, self.queue = RunNotes(), QueueList()
        self._panels = QStackedWidget()
        self._lay_out()
        self.tabs.chosen.connect(self.show_panel)
        self.columns.picked.connect(self.table.set_columns)
        self.table.columns_changed.connect(self._on_columns)

    def show_panel(self, key: str) -> None:
        """Show one of the lower panels."""
        self.tabs.set_current(key)
        self._panels.setCurrentIndex(self.tabs.keys().index(key))

    def lock(self, project: str, run: str) -> None:
        """Say why nothing can be written into the project, or into the chosen run; empty where it can."""
        for button in (self.resume_button, self.queue_button):
            if project or run:
                button.set_enabled(False, project or run)
        if project:
            self.bin_button.set_enabled(False, project)

    def set_waiting(self, count: int) -> None:
        """Tell on the tab how many trainings wait."""
        self.tabs.button("queue").setText(f"Queue ({count:,})" if count else "Queue")

    def _on_columns(self) -> None:
        self.columns.set_shown(self.table.shown_columns(), is_fitting=self.table.is_fitting())

    def _make_buttons(self) -> None:
        self.open_button = Button(
            "Look inside", "Open the chosen run on the page Inspect.", role="main", icon="magnify-scan"
        )
        self.resume_button = Button("Resume", "Go on training the chosen run where it was left.", icon="play")
        self.queue_button = Button("Add to queue", "Train this as soon as the queue comes to it.", icon="playlist-plus")
        self.use_button = MenuButton(
            "Use its settings",
            "Take over what the chosen run was made with, for the next one.",
            USES,
            icon="content-copy",
        )
        self.network_button = Button(
            "Show its network", "Show what the chosen run trained on the page Network.", icon="graph-outline"
        )
        self.export_button = Button(
            "Export…", "Take its network out: PyTorch code, ONNX or weights (Ctrl+E).", icon="export-variant"
        )
        self.save_button = MenuButton(
            "Save as",
            "Write the chosen run's curves, or its recipe as a script, for other programs.",
            SAVES,
            icon="table-arrow-down",
        )
        self.reveal_button = Button(
            "Show the folder", "Open the run's folder in the file manager.", icon="folder-open-outline"
        )
        self.bin_button = Button(
            "Move to the bin", "Take the chosen runs out of the list; this can be undone.", icon="delete-outline"
        )
        self.add_button = Button(
            "Open a run…", "Show a run that lies elsewhere: choose its folder.", icon="folder-plus-outline"
        )
        self.bin_list = BinButton()
        # A flat button is lower: beside the other one its text would stand higher.
        self.bin_list.setMinimumHeight(self.bin_button.sizeHint().height())

    def _lay_out(self) -> None:
        self.card.add_to_header(self.filter)
        self.card.add_to_header(self.columns)
        self.card.add_to_header(self.add_button)
        self.card.add(self.table, 1)
        self.card.add(self.nothing_kept)
        self.card.add(self._button_row())
        below = Card()
        below.add(self.tabs)
        for panel in (self.overlay, self.differences, self.notes, self.queue):
            self._panels.addWidget(panel)
        below.add(self._panels, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(theme.tokens.size.gap)
        halves.addWidget(self.card)
        halves.addWidget(below)
        for place, share in enumerate(SHARES):
            halves.setStretchFactor(place, share)
        halves.setSizes([share * 100 for share in SHARES])
        self.table.setMinimumHeight(120)
        self._panels.setMinimumHeight(150)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(halves)

    def _button_row(self) -> QHBoxLayout:
        left = QWidget()
        flow = FlowLayout(left, 2 * theme.tokens.size.grid)
        shown = (self.open_button, self.resume_button, self.queue_button, self.use_button)
        for button in (*shown, self.network_button, self.export_button, self.save_button, self.reveal_button):
            flow.addWidget(button)
        row = QHBoxLayout()
        row.setSpacing(2 * theme.tokens.size.grid)
        row.addWidget(left, 1)
        row.addWidget(self.bin_list, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.bin_button, 0, Qt.AlignmentFlag.AlignTop)
        return row
