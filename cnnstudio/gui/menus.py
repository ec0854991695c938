"""The menu, made from the actions when it is opened: what can't be done is grey and says why."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from cnnstudio.gui.action import MENUS, Action
from cnnstudio.gui.sheet import native
from cnnstudio.gui.theme import theme


class Menus(QObject):
    """Builds the menu with its submenus; `chosen` brings the action."""

    chosen = Signal(object)

    def __init__(
        self,
        actions: Sequence[Action],
        why_not: Callable[[Action], str],
        is_on: Callable[[Action], bool | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._actions, self._parent = tuple(actions), parent
        self._why_not, self._is_on = why_not, is_on

    def build(self) -> QMenu:
        """The menu as things stand now."""
        top = QMenu(self._parent)
        top.setAccessibleName("Menu")
        for title in MENUS:
            menu = top.addMenu(title)
            menu.setAccessibleName(title)
            menu.setToolTipsVisible(True)
            for action in self._actions:
                if action.menu == title:
                    if action.begins_group:
                        menu.addSeparator()
                    menu.addAction(self._item(action, menu))
        return top

    def _item(self, action: Action, menu: QMenu) -> QAction:
        # The tab puts the shortcut to the right; the key itself is installed by the window.
        keys = f"\t{native(action.shortcuts[0])}" if action.shortcuts else ""
        item = QAction(f"{action.title}{keys}", menu)
        why_not = self._why_not(action)
        item.setEnabled(not why_not)
        item.setToolTip(why_not or action.tooltip)
        item.setStatusTip(why_not or action.tooltip)
        item.setData(action.id)
        is_on = self._is_on(action)
        if is_on is not None:
            # A tick stands where the picture would.
            item.setCheckable(True)
            item.setChecked(is_on)
        elif action.icon:
            item.setIcon(theme.icon(action.icon, "muted"))
        item.triggered.connect(self._on_triggered)
        return item

    def _on_triggered(self) -> None:
        item = self.sender()
        assert isinstance(item, QAction)
        self.chosen.emit(next(action for action in self._actions if action.id == item.data()))
