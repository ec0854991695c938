"""The keys of undo and redo, for pages with edits of their own: the window's Ctrl+Z would change what is unseen."""

from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


def undo_way(event: QEvent) -> Literal["undo", "redo", ""]:
    """What a key means: "undo" (Ctrl+Z), "redo" (Ctrl+Y, Ctrl+Shift+Z), or nothing of the kind."""
    if not isinstance(event, QKeyEvent):
        return ""
    if event.matches(QKeySequence.StandardKey.Undo):
        return "undo"
    # Ctrl+Y is redo on Windows only, as Qt has it; people type it everywhere.
    is_y = event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return "redo" if is_y or event.matches(QKeySequence.StandardKey.Redo) else ""


def claims_undo(event: QEvent) -> bool:
    """Is a page asked whether it wants one of these keys, before the window's shortcuts get it?"""
    return event.type() == QEvent.Type.ShortcutOverride and bool(undo_way(event))
