"""The rail at the left: the pages in the order in which data flows."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import RailButton

GROUP_GAP_PX = 12


class Rail(QFrame):
    """One button a page; `chosen` brings the page's key."""

    chosen = Signal(str)

    def __init__(self, pages: Sequence[tuple[str, str, str, str, bool]]) -> None:
        """Pages as (key, title, icon, tooltip, starts a group)."""
        super().__init__()
        set_role(self, "rail")
        self.setFixedWidth(theme.tokens.size.rail)
        self.setAccessibleName("Pages")
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 12, 0, 12)
        box.setSpacing(4)
        for key, title, icon, tooltip, starts_group in pages:
            if starts_group:
                box.addSpacing(GROUP_GAP_PX)
            button = RailButton(title, icon, tooltip)
            button.setProperty("key", key)
            button.clicked.connect(self._on_clicked)
            self._group.addButton(button)
            self._buttons[key] = button
            box.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(1)

    def set_current(self, key: str) -> None:
        """Mark a page; an unknown key marks none."""
        self._group.setExclusive(False)
        for other, button in self._buttons.items():
            button.setChecked(other == key)
        self._group.setExclusive(True)
        # As in tabs: Tab stops at the page in sight only, the arrow keys open its neighbours.
        for other, button in self._buttons.items():
            is_stop = other == key or key not in self._buttons
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_stop else Qt.FocusPolicy.NoFocus)

    def set_enabled(self, is_enabled: bool, why_not: str) -> None:
        """Enable or disable all; disabled ones say why."""
        for button in self._buttons.values():
            button.set_enabled(is_enabled, why_not)

    def has_focus(self) -> bool:
        """True while the keyboard walks the pages."""
        return any(button.hasFocus() for button in self._buttons.values())

    def button(self, key: str) -> RailButton:
        """The button of a page."""
        return self._buttons[key]

    def _on_clicked(self) -> None:
        self.chosen.emit(str(self.sender().property("key")))
