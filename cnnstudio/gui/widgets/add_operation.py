"""The button that offers all operations, by group."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from cnnstudio.data.augmentation import operations
from cnnstudio.gui.widgets.buttons import Button

GROUPS = ("Geometry", "Colour", "Detail", "Policies", "Mixing")


class AddOperation(Button):
    """`wanted` brings the kind that was chosen."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("Add an operation", "Choose one of all operations; it is put at the end.", icon="plus")
        self.menu_shown: QMenu | None = None
        self.clicked.connect(self._open)

    def _open(self) -> None:
        menu = self.menu_shown = QMenu(self)
        menu.setAccessibleName("Operations")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for group in GROUPS:
            part = menu.addMenu(group)
            part.setToolTipsVisible(True)
            for member in sorted((one for one in operations if one.group == group), key=lambda one: one.title):
                action = QAction(member.title, part)
                action.setToolTip(member.about)
                action.setData(member.model_fields["kind"].default)
                action.triggered.connect(self._on_triggered)
                part.addAction(action)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def _on_triggered(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.wanted.emit(str(action.data()))
