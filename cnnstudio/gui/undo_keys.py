"""The keys of undo and redo, for pages with edits of their own: the window's Ctrl+Z would change what is unseen."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget


class UndoKeys(QObject):
    """Watches a page's keys; `pressed` brings "undo" or "redo" when nothing inside the page wanted the key itself.

    Args:
        page: Whose edits are meant.
        is_meant: Asked at each key: does it mean the page's edits now? Else the key goes on to the window.
    """

    pressed = Signal(str)

    def __init__(self, page: QWidget, is_meant: Callable[[], bool] | None = None) -> None:
        super().__init__(page)
        self._is_meant = is_meant
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        way = undo_way(event) if isinstance(event, QKeyEvent) else ""
        if not way or (self._is_meant is not None and not self._is_meant()):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            # Claimed before the window's shortcuts get it; the press itself follows.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            self.pressed.emit(way)
            return True
        return False


def undo_way(event: QKeyEvent) -> Literal["undo", "redo", ""]:
    """What a key means: "undo" (Ctrl+Z), "redo" (Ctrl+Y, Ctrl+Shift+Z), or nothing of the kind."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return "undo"
    # Ctrl+Y is redo on Windows only, as Qt has it; people type it everywhere.
    is_y = event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return "redo" if is_y or event.matches(QKeySequence.StandardKey.Redo) else ""
