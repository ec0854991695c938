"""One of several: tabs with a line under the chosen one, or a row of chips."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.flow import FlowLayout

STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


class Chip(Button):
    """A pill to click. With a colour (a role of the tokens) it carries a bar of that colour."""

    def __init__(self, text: str, tooltip: str, *, color: str = "", checkable: bool = False) -> None:
        # A role, not a style sheet of its own: with one each, 40 chips take longer to dress than the rest of a page.
        super().__init__(text, tooltip, role="bar-chip" if color else "chip")
        self._color = color
        self.setCheckable(checkable)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._color:
            painter = QPainter(self)
            painter.fillRect(12, (self.height() - 14) // 2, 3, 14, QColor(theme.color(self._color)))


class OptionButton(Button):
    """One of the buttons of a choice; arrow keys ask for its neighbours."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)


class Choice(QWidget):
    """Exactly one of several is chosen; a click or the arrow keys choose another. Base of Tabs and Chips."""

    chosen = Signal(str)
    role = "tab"

    def __init__(self, options: Sequence[tuple[str, str, str]] = (), name: str = "") -> None:
        super().__init__()
        self._buttons: dict[str, OptionButton] = {}
        self._box = self._make_layout()
        self.setAccessibleName(name)
        self.set_options(options)

    def set_options(self, options: Sequence[tuple[str, str, str]]) -> None:
        """Offer these: (key, title, tooltip). The choice stays if its key is still there."""
        current = self.current()
        for button in self._buttons.values():
            self._box.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        for key, title, tooltip in options:
            self._buttons[key] = self._make_button(key, title, tooltip)
            self._add(self._buttons[key])
        if self._buttons:
            self.set_current(current if current in self._buttons else next(iter(self._buttons)))

    def keys(self) -> tuple[str, ...]:
        """What can be chosen."""
        return tuple(self._buttons)

    def current(self) -> str:
        """The key of the chosen one, or nothing."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Choose without telling."""
        for other, button in self._buttons.items():
            button.setChecked(other == key)
            # One stop for the Tab key; the arrows walk from there.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if other == key else Qt.FocusPolicy.NoFocus)

    def button(self, key: str) -> Button:
        """The button of a key."""
        return self._buttons[key]

    def _make_layout(self) -> QLayout:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addStretch(1)
        return row

    def _add(self, button: OptionButton) -> None:
        self._box.addWidget(button)

    def _make_button(self, key: str, title: str, tooltip: str) -> OptionButton:
        button = OptionButton(title, tooltip, role=self.role)
        button.setCheckable(True)
        button.setProperty("key", key)
        button.clicked.connect(self._on_clicked)
        button.stepped.connect(self._on_stepped)
        return button

    def _on_stepped(self, step: int) -> None:
        keys = list(self._buttons)
        key = keys[(keys.index(self.current()) + step) % len(keys)]
        self._choose(key)
        self._buttons[key].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_clicked(self) -> None:
        self._choose(str(self.sender().property("key")))

    def _choose(self, key: str) -> None:
        is_new = key != self._chosen_before(key)
        self.set_current(key)
        if is_new:
            self.chosen.emit(key)

    def _chosen_before(self, key: str) -> str:
        # A click has checked the new button already; another checked one is the old choice.
        others = [other for other, button in self._buttons.items() if button.isChecked() and other != key]
        return others[0] if others else key


class Tabs(Choice):
    """Tabs with a line under the chosen one, from the left."""

    def _add(self, button: OptionButton) -> None:
        assert isinstance(self._box, QHBoxLayout)
        self._box.insertWidget(self._box.count() - 1, button)


class Chips(Choice):
    """Chips in rows that wrap, the chosen one filled."""

    role = "chip"

    def _make_layout(self) -> QLayout:
        return FlowLayout(self, 2 * theme.tokens.size.grid)
