"""A small button with the list of a table's columns: as many as fit, or those that the user ticks."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from cnnstudio.gui.widgets.buttons import IconButton
from cnnstudio.gui.widgets.table import Column

FITTING = "As many as fit"


class ColumnButton(IconButton):
    """`picked` brings the columns to be shown, or None for as many as fit."""

    picked = Signal(object)

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__("view-column-outline", "Choose which columns the table shows.", "Columns")
        self._columns = tuple(columns)
        self._shown: tuple[int, ...] = tuple(range(len(self._columns)))
        self._is_fitting = True
        self.menu_shown: QMenu | None = None
        self.clicked.connect(self._open)

    def set_shown(self, shown: Sequence[int], *, is_fitting: bool) -> None:
        """Tell what the table shows, and whether it chose that itself."""
        self._shown, self._is_fitting = tuple(shown), is_fitting
        hidden = [column.title for place, column in enumerate(self._columns) if place not in self._shown]
        kept_back = f" Not shown: {', '.join(hidden)}." if hidden else ""
        self.setToolTip(f"Choose which columns the table shows.{kept_back}")

    def _open(self) -> None:
        menu = self.menu_shown = QMenu(self)
        menu.setAccessibleName("Columns")
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add(menu, FITTING, "Show the columns for which the window has room.", -1, self._is_fitting)
        menu.addSeparator()
        for place, column in enumerate(self._columns):
            action = self._add(menu, column.title, column.tooltip, place, place in self._shown)
            # Without its first column a row has no name.
            action.setEnabled(place > 0)
        menu.popup(self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height() + 4)))

    def _add(self, menu: QMenu, text: str, tooltip: str, place: int, is_on: bool) -> QAction:
        action = QAction(text, menu, checkable=True, checked=is_on)
        action.setToolTip(tooltip)
        action.setData(place)
        action.triggered.connect(self._on_triggered)
        menu.addAction(action)
        return action

    def _on_triggered(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        place = int(action.data())
        self.picked.emit(None if place < 0 else tuple(sorted({*self._shown} ^ {place})))
