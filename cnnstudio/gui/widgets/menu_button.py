"""A button that opens a short menu; `picked` brings the key of what was taken."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from cnnstudio.gui.widgets.buttons import Button


class MenuButton(Button):
    """The entries are (key, text, tooltip)."""

    picked = Signal(str)

    def __init__(self, text: str, tooltip: str, entries: Sequence[tuple[str, str, str]], *, icon: str = "") -> None:
        super().__init__(text, tooltip, icon=icon)
        self._entries = tuple(entries)
        self.menu_shown: QMenu | None = None
        self.clicked.connect(self._open)

    def set_entries(self, entries: Sequence[tuple[str, str, str]]) -> None:
        """Offer these from now on."""
        self._entries = tuple(entries)

    def _open(self) -> None:
        menu = self.menu_shown = QMenu(self)
        menu.setAccessibleName(self.text())
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key, text, tooltip in self._entries:
            action = QAction(text, menu)
            action.setToolTip(tooltip)
            action.setData(key)
            action.triggered.connect(self._on_triggered)
            menu.addAction(action)
        menu.popup(self._place(menu.sizeHint().height()))

    def _place(self, height: int) -> QPoint:
        """Below the button; above it where the window ends before the menu would."""
        below, window = self.mapToGlobal(QPoint(0, self.height() + 4)), self.window()
        has_room = below.y() + height <= window.mapToGlobal(window.rect().bottomLeft()).y()
        return below if has_room else self.mapToGlobal(QPoint(0, -height - 4))

    def _on_triggered(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.picked.emit(str(action.data()))
