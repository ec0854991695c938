"""A card: a surface with a border, a title, something at the right of the title, and a body."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.labels import ElidedLabel, Label


class Card(QFrame):
    """A titled surface. Add widgets to it with `add`, controls beside the title with `add_to_header`."""

    def __init__(self, title: str = "", note: str = "") -> None:
        super().__init__()
        self._is_hugging = False
        set_role(self, "card")
        size = theme.tokens.size
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(*[size.card_padding - 1] * 4)
        self._box.setSpacing(2 * size.grid)
        self._title, self._note = Label(title, "title"), ElidedLabel(note, "small", Qt.AlignmentFlag.AlignRight)
        self._header = QWidget()
        row = QHBoxLayout(self._header)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * size.grid)
        row.addWidget(self._title)
        row.addStretch(1)
        row.addWidget(self._note)
        self._row = row
        self._box.addWidget(self._header)
        self._show_header()

    @property
    def body(self) -> QVBoxLayout:
        """The layout below the title."""
        return self._box

    def title(self) -> str:
        """The text of the title."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Change the title."""
        self._title.set_text(title)
        self._show_header()

    def set_note(self, note: str, role: str = "small") -> None:
        """Change the short text at the right of the title."""
        self._note.set_text(note, role)
        self._show_header()

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Put a widget or a layout below what is there."""
        if isinstance(item, QWidget):
            self._box.addWidget(item, stretch)
        else:
            self._box.addLayout(item, stretch)

    def add_stretch(self) -> None:
        """Leave the rest empty."""
        self._box.addStretch(1)

    def add_to_header(self, widget: QWidget) -> None:
        """Put a control at the right end of the title's row."""
        self._row.addWidget(widget)
        self._header.setVisible(True)

    def hug(self) -> None:
        """Take no more height than the content needs."""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._is_hugging = True

    def sizeHint(self) -> QSize:
        """The height that the text needs at the width the card has: a hint that knows no width would cut it."""
        hint = super().sizeHint()
        if self._is_hugging and self.hasHeightForWidth() and self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            hint.setHeight(self.heightForWidth(self.width()))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_hugging and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _show_header(self) -> None:
        has_controls = self._row.count() > 3
        self._header.setVisible(bool(self._title.text() or self._note.text() or has_controls))
        self._note.setVisible(bool(self._note.text()))
