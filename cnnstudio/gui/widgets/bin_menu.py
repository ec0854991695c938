"""A quiet button that lists what lies in the bin; choosing one asks for it back."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from cnnstudio.gui.widgets.buttons import Button

MOST = 30


class BinButton(Button):
    """Hidden while the bin is empty; `back_wanted` brings the path of what was chosen."""

    back_wanted = Signal(Path)

    def __init__(self) -> None:
        super().__init__("Bin", "Bring a run back from the bin.", role="flat", icon="delete-restore")
        self._items: tuple[tuple[str, Path], ...] = ()
        self.menu_shown: QMenu | None = None
        self.clicked.connect(self._open)
        self.hide()

    def set_items(self, items: Sequence[tuple[str, Path]]) -> None:
        """Offer these: a text and where it lies, the newest last."""
        self._items = tuple(items)
        self.setText(f"Bin ({len(items):,})")
        self.setAccessibleName(self.text())
        self.setVisible(bool(items))

    def items(self) -> tuple[tuple[str, Path], ...]:
        """What is offered."""
        return self._items

    def _open(self) -> None:
        menu = self.menu_shown = QMenu(self)
        menu.setAccessibleName("Runs in the bin")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, path in self._items[: -MOST - 1 : -1]:
            # An ampersand in a name would underline the letter behind it.
            action = QAction(f"Bring back {text.replace('&', '&&')}", menu)
            action.setData(str(path))
            action.triggered.connect(self._on_triggered)
            menu.addAction(action)
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))

    def _on_triggered(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.back_wanted.emit(Path(action.data()))
