"""The highlight over the window while something hangs over it: it says what will become of it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cnnstudio.gui.theme import theme

INSET_PX = 12


class DropOverlay(QWidget):
    """Covers its parent; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text, self._is_welcome = "", True
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_text(self, text: str, *, is_welcome: bool) -> None:
        """Cover the parent with a sentence; `is_welcome` is False if the drop would be refused."""
        self._text, self._is_welcome = text, is_welcome
        self.setAccessibleName(text)
        self.setGeometry(self.parentWidget().rect())  # type: ignore[union-attr]  # it always has one
        self.show()
        self.raise_()
        self.update()

    def text(self) -> str:
        """The sentence."""
        return self._text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("bg", 0.85))
        pen = QPen(theme.color("accent" if self._is_welcome else "bad"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.color("accent_soft", 0.6))
        radius = theme.tokens.size.card_radius
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(*[INSET_PX] * 2, *[-INSET_PX] * 2), radius, radius)
        font = painter.font()
        font.setPixelSize(theme.tokens.size.title)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(48, 48, -48, -48), flags, self._text)
