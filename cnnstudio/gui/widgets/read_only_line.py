"""The line below the top bar of a project that can only be looked at: why, and the ways from here."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from cnnstudio.project import ReadOnlyError


class ReadOnlyLine(QFrame):
    """Hidden while the project can be written.

    Signals:
        copy_wanted: Make a copy to work on.
        again_wanted: Try to open the project to work on it.
    """

    copy_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "top")
        self.text = ElidedLabel("", "warn")
        self.again_button = Button("Try again", "Open it to work on it, now that nobody else does.", icon="refresh")
        self.copy_button = Button(
            "Save a copy", "Make a project of what is shown, and work on that; the runs stay where they are."
        )
        self.again_button.clicked.connect(self.again_wanted)
        self.copy_button.clicked.connect(self.copy_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.tokens.size.page, theme.tokens.size.grid] * 2)
        row.setSpacing(2 * theme.tokens.size.grid)
        row.addWidget(self.text, 1)
        row.addWidget(self.again_button)
        row.addWidget(self.copy_button)
        self.hide()

    def set_reason(self, reason: "ReadOnlyError | None") -> None:
        """Say why it can only be looked at; None hides the line."""
        self.setVisible(reason is not None)
        if reason is not None:
            self.text.set_text(f"Read-only: {reason.message} Changes are not saved.")
            self.again_button.setVisible(reason.may_change)
