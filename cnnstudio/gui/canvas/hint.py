"""A sentence at the pointer: what a drop would do, or why it won't."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QWidget

from cnnstudio.gui.canvas.look import Look

MAX_WIDTH, PADDING = 300, QSize(22, 14)
WRAP = int(Qt.TextFlag.TextWordWrap)


class Hint(QLabel):
    """Floats beside the pointer, inside its parent, and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def say(self, at: QPoint, text: str, look: Look, *, is_bad: bool) -> None:
        """Show a sentence beside `at` (px of the parent)."""
        tokens = look.tokens
        back = look.bad_fill.color().name() if is_bad else tokens.surface
        edge = tokens.bad if is_bad else tokens.accent
        self.setStyleSheet(
            f"QLabel {{ background: {back}; color: {tokens.text}; border: 1px solid {edge};"
            " border-radius: 6px; padding: 5px 8px; }"
        )
        self.setText(text)
        words = QRect(0, 0, MAX_WIDTH - PADDING.width(), 1000)
        self.setFixedSize(self.fontMetrics().boundingRect(words, WRAP, text).size() + PADDING)
        room = self._room.rect()
        x = min(at.x() + 16, room.width() - self.width() - 4)
        y = at.y() + 18 if at.y() + 18 + self.height() < room.height() else at.y() - self.height() - 8
        self.move(max(4, x), max(4, y))
        self.show()
        self.raise_()
