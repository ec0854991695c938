"""The line above a graph that is shown to be looked at: whose it is, and the ways from here."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import ElidedLabel


class RunBanner(QFrame):
    """Says whose network is shown; hidden for the project's own.

    Signals:
        back_wanted: Show the project's network again.
        use_wanted: Make this the project's network.
    """

    back_wanted = Signal()
    use_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "card")
        self.text = ElidedLabel("", "accent")
        self.use_button = Button("Use it as my network", "Make it the project's network; that can be undone.")
        self.back_button = Button("Back to my network", "Show the project's network again.")
        self.use_button.clicked.connect(self.use_wanted)
        self.back_button.clicked.connect(self.back_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.tokens.size.grid * 3, theme.tokens.size.grid] * 2)
        row.addWidget(self.text, 1)
        row.addWidget(self.use_button)
        row.addWidget(self.back_button)
        self.hide()

    def set_text(self, text: str) -> None:
        """Say whose it is; an empty text hides the line."""
        self.text.set_text(text)
        self.setVisible(bool(text))
