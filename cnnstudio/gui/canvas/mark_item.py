"""A problem in words beside the box where it arises."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.gui.canvas.drawing import Mark
from cnnstudio.gui.canvas.look import Detail, Look

MARK_WIDTH = 250.0
GAP = 16.0
PAD = 9.0
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class MarkItem(QGraphicsItem):
    """Paints one sentence with its hint."""

    def __init__(self, mark: Mark, look: Look) -> None:
        super().__init__()
        self.setZValue(4)
        self.look, self.problem = look, mark
        inner = QRectF(0, 0, MARK_WIDTH - 2 * PAD, 1000)
        self._text = look.label_metrics.boundingRect(inner, int(_WRAP), mark.text)
        hint = look.label_metrics.boundingRect(inner, int(_WRAP), mark.hint) if mark.hint else QRectF()
        self._hint = hint.translated(0, self._text.height() + 4)
        bottom = self._hint.bottom() if mark.hint else self._text.bottom()
        width = max(self._text.width(), self._hint.width()) + 2 * PAD
        self.area = QRectF(0, 0, width, bottom + 2 * PAD)

    def boundingRect(self) -> QRectF:
        """The card with its pen."""
        return self.area.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the card; zoomed out the red border of the box must do."""
        look = self.look
        if look.detail is Detail.SIMPLE:
            return
        painter.setPen(look.bad_border)
        painter.setBrush(look.bad_fill)
        painter.drawRoundedRect(self.area, 6, 6)
        painter.setFont(look.label_font)
        painter.setPen(look.text)
        painter.drawText(self._text.translated(PAD, PAD).adjusted(0, 0, 2, 2), int(_WRAP), self.problem.text)
        if self.problem.hint:
            painter.setPen(look.muted)
            hint = self._hint.translated(PAD, PAD).adjusted(0, 0, 2, 2)
            painter.drawText(hint, int(_WRAP), self.problem.hint)
