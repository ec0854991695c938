"""The card in the middle of the page Network: the same network as graph, as volumes, and as code."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.files import write_text
from cnnstudio.gui.canvas.editor import NetworkEditor
from cnnstudio.gui.canvas.export import export_picture
from cnnstudio.gui.canvas.volumes import volumes
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button, IconButton
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.code_view import CodeView
from cnnstudio.gui.widgets.tabs import Chips
from cnnstudio.gui.widgets.volumes_view import VolumesView
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.source import source_code
from cnnstudio.network.validate import Validation

MODES = (
    ("graph", "Graph", "The layers and how they are connected, to edit."),
    ("volumes", "Volumes", "The feature maps drawn to scale."),
    ("code", "Code", "The network as PyTorch code."),
)
# Title, undo and redo, the views and their buttons side by side need so much.
NARROW_PX, TITLE_PX = 560, 60
PICTURES, CODE = "SVG drawing (*.svg);;PNG picture (*.png)", "Python file (*.py)"


class CanvasCard(Card):
    """Shows a network in one of three ways. Volumes and code are made only while they are in sight.

    Signals:
        layer_chosen: A layer was chosen in the volumes.
        undo_wanted: The undo button or its key was pressed.
        redo_wanted: The redo button or its key was pressed.
        saved: A file was written: its path in words.
        failed: A file couldn't be written: the error.
    """

    layer_chosen = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    saved = Signal(str)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__("Network")
        self._graph, self._validation = NetworkGraph(), Validation({}, ())
        self.editor, self.volumes, self.code = NetworkEditor(), VolumesView(), CodeView()
        self.modes = Chips(MODES, "View of the network")
        self.undo_button = IconButton("undo", "Take the last edit back (Ctrl+Z).", "Undo")
        self.redo_button = IconButton("redo", "Make the undone edit again (Ctrl+Y).", "Redo")
        self.fit_button = Button("Fit  F", "Show the whole network (F).", role="chip", name="Fit")
        self.export_button = IconButton("export-variant", "Save the graph as a picture: SVG or PNG.", "Save a picture")
        # Side by side: in a header the chips have no second row to wrap into.
        chips = [self.modes.button(key).sizeHint().width() for key, _, _ in MODES]
        self.modes.setFixedWidth(sum(chips) + 2 * theme.tokens.size.grid * len(chips))
        for widget in (self.undo_button, self.redo_button, self.fit_button, self.export_button):
            self.add_to_header(widget)
        self._title.setMinimumWidth(TITLE_PX)
        # Beside the title, or in a row of their own where there is no room for both.
        self._second_row = QHBoxLayout()
        self._second_row.addStretch(1)
        self.add(self._second_row)
        self._is_narrow: bool | None = None
        self._place_modes()
        self._stack = QStackedWidget()
        for view in (self.editor, self.volumes, self.code):
            self._stack.addWidget(view)
        self.add(self._stack, 1)
        self._connect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_modes()

    def _place_modes(self) -> None:
        """The choice of views goes below the title in a narrow card."""
        is_narrow = self.width() < NARROW_PX
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        if is_narrow:
            self._row.removeWidget(self.modes)
            self._second_row.insertWidget(0, self.modes)
        else:
            self._second_row.removeWidget(self.modes)
            self._row.insertWidget(self._row.indexOf(self.fit_button), self.modes)

    def _connect(self) -> None:
        self.modes.chosen.connect(self._on_mode)
        self.fit_button.clicked.connect(self.editor.fit)
        self.undo_button.clicked.connect(self.undo_wanted)
        self.redo_button.clicked.connect(self.redo_wanted)
        self.editor.undo_wanted.connect(self.undo_wanted)
        self.editor.redo_wanted.connect(self.redo_wanted)
        self.editor.chosen_changed.connect(self._on_chosen)
        self.volumes.layer_chosen.connect(self.layer_chosen)
        self.export_button.clicked.connect(self._ask_for_picture)
        self.code.save_wanted.connect(self._ask_for_code)

    def set_graph(self, graph: NetworkGraph, validation: Validation, *, is_changed: bool) -> None:
        """Show a network; `is_changed` marks it as different from the architecture it was made from."""
        self._graph, self._validation = graph, validation
        self.set_title(graph.name)
        self.set_note("changed" if is_changed else "")
        self.editor.set_graph(graph, validation)
        self._fill_view()

    def set_undo(self, undo_text: str | None, redo_text: str | None) -> None:
        """Say on the buttons what they would do."""
        self.undo_button.setToolTip(f"Undo: {undo_text} (Ctrl+Z)." if undo_text else "")
        self.redo_button.setToolTip(f"Redo: {redo_text} (Ctrl+Y)." if redo_text else "")
        self.undo_button.set_enabled(undo_text is not None, "There is no edit to take back.")
        self.redo_button.set_enabled(redo_text is not None, "No edit was taken back.")

    def show_mode(self, mode: str) -> None:
        """Show "graph", "volumes" or "code"."""
        self.modes.set_current(mode)
        self._on_mode(mode)

    def save_picture(self, path: Path) -> None:
        """Save the whole graph as .svg or .png."""
        self._save(lambda: export_picture(self.editor.view.canvas, path), path)

    def save_code(self, path: Path) -> None:
        """Save the code as a Python file."""
        self._save(lambda: write_text(path, self.code.code()), path)

    def _on_mode(self, mode: str) -> None:
        views = {"graph": self.editor, "volumes": self.volumes, "code": self.code}
        self._stack.setCurrentWidget(views[mode])
        for button in (self.fit_button, self.export_button):
            button.setVisible(mode == "graph")
        self._fill_view()

    def _on_chosen(self) -> None:
        if self._stack.currentWidget() is self.volumes:
            self._fill_view()

    def _fill_view(self) -> None:
        current = self._stack.currentWidget()
        if current is self.volumes:
            chosen = self.editor.chosen_nodes()
            self.volumes.set_volumes(volumes(self._graph, self._validation.shapes), chosen[0] if chosen else None)
        elif current is self.code:
            self.code.set_code(self._code_text())

    def _code_text(self) -> str:
        if self._validation.is_ok:
            return source_code(self._graph)
        problem = self._validation.problems[0]
        place = f" at {problem.node}" if problem.node else ""
        return f"# There is no code yet: the network has a problem{place}.\n# {problem.text}\n# {problem.hint}\n"

    def _ask_for_picture(self) -> None:
        self._ask("Save the graph as a picture", PICTURES, "svg", self._on_picture_path)

    def _ask_for_code(self) -> None:
        self._ask("Save the code", CODE, "py", self._on_code_path)

    def _ask(self, title: str, filters: str, suffix: str, slot: Callable[[str], None]) -> None:
        dialog = QFileDialog(self, title, self._graph.name, filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.fileSelected.connect(slot)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_picture_path(self, path: str) -> None:
        self.save_picture(Path(path))

    def _on_code_path(self, path: str) -> None:
        self.save_code(Path(path))

    def _save(self, write: Callable[[], None], path: Path) -> None:
        try:
            write()
        except StudioError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(f"Saved {path}.")
