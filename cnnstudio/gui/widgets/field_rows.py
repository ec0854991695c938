"""Choices in rows: a label at the left, a control at the right, both with the same tooltip."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QSlider, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.drop_down import DropDown
from cnnstudio.gui.widgets.labels import Label


class FieldRows(QWidget):
    """Label and control, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2 * theme.tokens.size.grid)
        self._grid.setColumnStretch(1, 1)
        self._labels: dict[QWidget, Label] = {}

    def add_row(self, title: str, control: QWidget, tooltip: str) -> None:
        """Add a control below the others."""
        label = Label(title, "muted")
        label.setBuddy(control)
        for widget in (label, control):
            widget.setToolTip(tooltip)
        control.setAccessibleName(title)
        control.setAccessibleDescription(tooltip)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(control, row, 1)
        self._labels[control] = label

    def label_px(self) -> int:
        """The width of the longest label, of hidden rows too."""
        return max((label.sizeHint().width() for label in self._labels.values()), default=0)

    def set_label_px(self, width_px: int) -> None:
        """Give the labels at least this width, so that controls stand below those of other rows."""
        self._grid.setColumnMinimumWidth(0, width_px)

    def set_row_visible(self, control: QWidget, is_visible: bool) -> None:
        """Show or hide a control with its label."""
        control.setVisible(is_visible)
        self._labels[control].setVisible(is_visible)


class KeyedCombo(DropDown):
    """One of several keys, each with its text; `picked` brings the key that the user chose."""

    picked = Signal(object)

    def __init__(self, options: Sequence[tuple[Any, str]] = ()) -> None:
        super().__init__()
        self._keys: list[Any] = []
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_options(options)
        self.activated.connect(self._on_activated)

    def set_options(self, options: Sequence[tuple[Any, str]]) -> None:
        """Offer these keys; the choice stays if its key is still there, else the first is chosen."""
        current = self.key()
        self._keys = [key for key, _ in options]
        texts = [text for _, text in options]
        if texts != [self.itemText(row) for row in range(self.count())]:
            self.clear()
            self.addItems(texts)
        self.set_key(current)

    def key(self) -> Any:
        """The key of the choice; None if there is nothing to choose."""
        row = self.currentIndex()
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def set_key(self, key: Any) -> None:
        """Choose without telling; an unknown key chooses the first."""
        if self._keys:
            self.setCurrentIndex(self._keys.index(key) if key in self._keys else 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A page is scrolled far more often than a choice is meant to change.
        event.ignore()

    def _on_activated(self, row: int) -> None:
        self.picked.emit(self._keys[row])


class PercentSlider(QSlider):
    """A share from 0 to 1, in steps of one per cent; `moved` brings it."""

    moved = Signal(float)

    def __init__(self, share: float) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setPageStep(10)
        self.setValue(round(share * 100))
        self.valueChanged.connect(self._on_changed)

    def share(self) -> float:
        """The value, 0 to 1."""
        return self.value() / 100

    def _on_changed(self, value: int) -> None:
        self.moved.emit(value / 100)
