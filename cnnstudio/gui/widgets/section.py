"""A part of a column that folds away: its title, what it says in short, and its body."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import ElidedLabel


class Section(QWidget):
    """A click on the title opens or folds it; folded, it says its content in a few words, or draws it at a glance."""

    toggled = Signal(bool)

    def __init__(
        self, title: str, tooltip: str, body: QWidget, *, is_open: bool = False, glance: QWidget | None = None
    ) -> None:
        super().__init__()
        self.body, self._glance = body, glance
        self._summary = ElidedLabel("", "small")
        self._title = Button(title, tooltip, role="section", icon="chevron-right")
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._title.clicked.connect(self._on_clicked)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._title)
        row.addWidget(self._summary, 1)
        if glance is not None:
            row.addWidget(glance)
        row.addStretch(0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.grid)
        box.addLayout(row)
        box.addWidget(body)
        self._show(is_open)

    def set_summary(self, text: str) -> None:
        """Say in a few words what is inside."""
        self._summary.set_text(text)
        self._summary.setToolTip(text)

    def is_open(self) -> bool:
        """Is the body shown?"""
        return self._is_open

    def set_open(self, is_open: bool) -> None:
        """Show or fold the body."""
        if is_open != self._is_open:
            self._show(is_open)
            self.toggled.emit(is_open)

    def _on_clicked(self) -> None:
        self.set_open(not self._is_open)

    def _show(self, is_open: bool) -> None:
        self._is_open = is_open
        self.body.setVisible(is_open)
        self._summary.setVisible(not is_open)
        if self._glance is not None:
            self._glance.setVisible(not is_open)
        self._title.set_icon("chevron-down" if is_open else "chevron-right")
        self._title.setAccessibleDescription("open" if is_open else "folded")
