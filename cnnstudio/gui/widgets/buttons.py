"""Buttons: one main button a page; the ring of focus shows for the keyboard, not after a click."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton

from cnnstudio.gui.theme import set_icon, set_role

ICON_PX, TEXT_GAP = 16, 0.25


def press_on_enter(button: QAbstractButton) -> None:
    """Let Enter press a focused button too; outside of dialogs Qt leaves that to Space."""
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        shortcut = QShortcut(QKeySequence(key), button, context=Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(button.click)


class Button(QPushButton):
    """A push button in a role of the style sheet: "", "main", "danger", "link", "flat", "chip", "tab"."""

    def __init__(self, text: str, tooltip: str, *, role: str = "", icon: str = "", name: str = "") -> None:
        super().__init__(text)
        self.setToolTip(tooltip)
        self.setAccessibleName(name or text or tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # Enter presses it too, not Space alone.
        self.setAutoDefault(True)
        self._tooltip = tooltip
        set_role(self, role)
        if icon:
            self.set_icon(icon)

    def set_icon(self, icon: str) -> None:
        """Put an icon before the text, in the colour of the text."""
        role = {"main": "on_accent", "link": "accent", "danger": "bad", "flat": "muted"}
        gap = TEXT_GAP if self.text() else 0.0
        on_role = "accent" if self.isCheckable() else ""
        set_icon(self, icon, role.get(str(self.property("role")), "text"), on_role, gap)
        self.setIconSize(QSize(round(ICON_PX * (1 + gap)), ICON_PX))

    def set_enabled(self, is_enabled: bool, why_not: str = "") -> None:
        """Enable or disable; a disabled button's tooltip says why."""
        self.setEnabled(is_enabled)
        self.setToolTip(self._tooltip if is_enabled or not why_not else why_not)


class IconButton(Button):
    """A small square button with an icon alone."""

    def __init__(self, icon: str, tooltip: str, name: str) -> None:
        super().__init__("", tooltip, role="flat", icon=icon, name=name)
        self.setFixedSize(26, 26)


class RailButton(QToolButton):
    """A page in the rail: icon above, name below."""

    def __init__(self, text: str, icon: str, tooltip: str) -> None:
        super().__init__()
        self.setText(text)
        self.setToolTip(tooltip)
        self._tooltip = tooltip
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(20, 20))
        self.setFixedSize(68, 56)
        press_on_enter(self)
        set_role(self, "rail")
        set_icon(self, icon, "muted", "accent")

    def set_enabled(self, is_enabled: bool, why_not: str = "") -> None:
        """Enable or disable; a disabled button's tooltip says why."""
        self.setEnabled(is_enabled)
        self.setToolTip(self._tooltip if is_enabled or not why_not else why_not)
