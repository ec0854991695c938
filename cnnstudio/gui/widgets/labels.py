"""Text on the screen: plain text only, in one of the roles of the style sheet; long text is elided, never cut."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from cnnstudio.data.words import printable
from cnnstudio.gui.theme import set_role

# A label that hugs its text shrinks only when less than this share of its width is used.
ROOMY = 0.8


class Label(QLabel):
    """A label that shows text as it is: a file name with tags in it stays a file name."""

    def __init__(self, text: str = "", role: str = "", *, wrap: bool = False) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        set_role(self, role)

    def set_text(self, text: str, role: str | None = None) -> None:
        """Show another text, and colour it by another role if one is given."""
        if text != self.text():
            self.setText(text)
        if role is not None:
            set_role(self, role)


class ElidedLabel(QWidget):
    """One line that shortens itself in the middle when there is no room; the tooltip then begins with all of it."""

    def __init__(self, text: str = "", role: str = "", align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
        super().__init__()
        self._text = text
        self._help = ""
        self._align = align
        self._label = Label(text, role)
        self._label.hide()
        self._label.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str, role: str | None = None) -> None:
        """Show another text."""
        if role is None and text == self._text:
            return
        before = self.sizeHint().width()
        self._text = text
        self._label.set_text(text, role)
        self.setAccessibleName(text)
        if not self.isVisible() or self._needs_room(before, self.sizeHint().width()):
            self.updateGeometry()
        self._update_tooltip()
        self.update()

    def setToolTip(self, text: str) -> None:
        """Say what the text means; it stays when the text changes."""
        self._help = text
        self._update_tooltip()

    def _needs_room(self, before: int, now: int) -> bool:
        """Must the page be laid out anew? A number that changes while a network trains would do it each time."""
        is_tight = before >= self.width()
        return now > self.width() or (is_tight and now < ROOMY * self.width())

    def shown_text(self) -> str:
        """What there is room for."""
        metrics = self._label.fontMetrics()
        # One line: a name with a line break in it would paint over its neighbours.
        return metrics.elidedText(printable(self._text), Qt.TextElideMode.ElideMiddle, self.width())

    def sizeHint(self) -> QSize:
        return self._label.sizeHint()

    def minimumSizeHint(self) -> QSize:
        hint = self._label.sizeHint()
        return QSize(min(hint.width(), self._label.fontMetrics().averageCharWidth() * 6), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tooltip()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._label.ensurePolished()
        painter.setFont(self._label.font())
        painter.setPen(self._label.palette().color(self._label.foregroundRole()))
        flags = self._align | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), flags, self.shown_text())

    def _update_tooltip(self) -> None:
        whole = self._text if self.shown_text() != self._text else ""
        tooltip = "\n".join(line for line in (whole, self._help) if line)
        # Told only when it changes: each time costs an event and the style's attention.
        if tooltip != self.toolTip():
            super().setToolTip(tooltip)


def plain(text: str) -> str:
    """A tooltip's text, safe from being read as rich text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return f"<span>{escaped}</span>"
