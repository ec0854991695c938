"""Which key on the canvas does what. One table: the view, the menu and the help read it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


@dataclass(frozen=True)
class Command:
    """Something that a key does on the canvas."""

    id: str
    title: str
    keys: tuple[str, ...]
    edits: bool = False


COMMANDS = (
    Command("add", "Add a layer…", ("Tab",), edits=True),
    Command("cut", "Cut", ("Ctrl+X",), edits=True),
    Command("copy", "Copy", ("Ctrl+C",)),
    Command("paste", "Paste", ("Ctrl+V",), edits=True),
    Command("duplicate", "Duplicate", ("Ctrl+D",), edits=True),
    Command("delete", "Delete", ("Del", "Backspace"), edits=True),
    Command("group", "Make a block", ("Ctrl+G",), edits=True),
    Command("ungroup", "Take the block apart", ("Ctrl+Shift+G",), edits=True),
    Command("repeat", "Repeat in a row…", ("Ctrl+R",), edits=True),
    Command("save_block", "Save as my block…", ("Ctrl+B",)),
    Command("undo", "Undo", ("Ctrl+Z",), edits=True),
    Command("redo", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), edits=True),
    Command("select_all", "Choose all", ("Ctrl+A",)),
    Command("toggle", "Open or close the block", ("Return", "Enter")),
    Command("open", "Open the block", ("+",)),
    Command("close", "Close the block", ("-",)),
    Command("fit", "Fit into the window", ("F",)),
    Command("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+=")),
    Command("zoom_out", "Zoom out", ("Ctrl+-",)),
    Command("actual_size", "100 %", ("Ctrl+0",)),
    Command("up", "Go up along the connection", ("Up",)),
    Command("down", "Go down along the connection", ("Down",)),
    Command("left", "Go to the branch on the left", ("Left",)),
    Command("right", "Go to the branch on the right", ("Right",)),
    Command("extend_up", "Choose upwards too", ("Shift+Up",)),
    Command("extend_down", "Choose downwards too", ("Shift+Down",)),
    Command("escape", "Choose nothing", ("Esc",)),
)
_NAMES = {
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Delete: "Del",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Return: "Return",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Plus: "+",
    Qt.Key.Key_Minus: "-",
    Qt.Key.Key_Equal: "=",
}
_BY_KEY = {key: command.id for command in COMMANDS for key in command.keys}


def command_of(event: QKeyEvent) -> str | None:
    """The id of the command that a key press means, or None."""
    return _BY_KEY.get(_key_text(event))


def _key_text(event: QKeyEvent) -> str:
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    name = _NAMES.get(key) or (chr(key) if Qt.Key.Key_0 <= key <= Qt.Key.Key_Z else "")
    ctrl = "Ctrl+" if modifiers & Qt.KeyboardModifier.ControlModifier else ""
    # + and = need Shift on many keyboards; there it is part of the character.
    has_shift = modifiers & Qt.KeyboardModifier.ShiftModifier and name not in ("+", "=")
    return f"{ctrl}{'Shift+' if has_shift else ''}{name}"


def shortcut_of(command_id: str) -> str:
    """The first key of a command, for menus and tooltips."""
    return next(command.keys[0] for command in COMMANDS if command.id == command_id)
