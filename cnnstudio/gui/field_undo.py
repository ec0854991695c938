"""Ctrl+Z in a field: it takes back what is half typed there; when nothing is, it means the edits of page or window."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

from cnnstudio.gui.undo_keys import undo_way

KEYS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class FieldUndo(QObject):
    """Lets the keys of undo and redo through a field, unless its text was typed and not yet taken over.

    Qt's fields claim these keys always, and then do nothing: somebody who typed a kernel size, pressed Tab and
    then Ctrl+Z would wait in vain.
    """

    def __init__(self, field: QLineEdit | QAbstractSpinBox) -> None:
        super().__init__(field)
        self._line = field if isinstance(field, QLineEdit) else field.lineEdit()
        field.editingFinished.connect(self._on_finished)
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in KEYS or not isinstance(event, QKeyEvent):
            return False
        if not undo_way(event) or self._line.isModified():
            return False
        # Refused and kept from the field: Qt then asks its parents, and at last the window's shortcuts.
        event.ignore()
        return True

    def _on_finished(self) -> None:
        self._line.setModified(False)
