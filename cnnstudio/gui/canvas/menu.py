"""The menu of the right mouse button on the canvas, made from the table of commands."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cnnstudio.gui.canvas.keys import COMMANDS

# Groups of entries, with a line between them.
_ENTRIES = (
    ("add",),
    ("cut", "copy", "paste", "duplicate", "delete"),
    ("toggle", "group", "ungroup", "repeat", "save_block"),
    ("select_all", "fit", "actual_size"),
)


class CanvasMenu(QMenu):
    """Entries with their keys; `chosen` brings the command's id."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.triggered.connect(self._on_triggered)

    def _on_triggered(self, action: object) -> None:
        self.chosen.emit(str(action.data()))  # type: ignore[attr-defined]  # a QAction


NEED_LAYERS = ("cut", "copy", "duplicate", "group", "repeat", "save_block")
NEED_GROUP = ("toggle", "ungroup")


def make_menu(parent: QWidget, *, has_layers: bool, has_group: bool, is_read_only: bool) -> CanvasMenu:
    """The menu for what is chosen."""
    menu = CanvasMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    table = {command.id: command for command in COMMANDS}
    for entries in _ENTRIES:
        for key in entries:
            command = table[key]
            action = menu.addAction(command.title)
            action.setData(key)
            # Shown, not active: the canvas answers to its keys itself.
            action.setShortcut(QKeySequence(command.keys[0]))
            action.setShortcutVisibleInContextMenu(True)
            is_allowed = not (command.edits and is_read_only)
            has_enough = (has_group or key not in NEED_GROUP) and (has_layers or key not in NEED_LAYERS)
            action.setEnabled(is_allowed and has_enough)
        menu.addSeparator()
    return menu
