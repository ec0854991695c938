"""The learning rate over the whole training, drawn before it starts."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.gui.theme import theme

HEIGHT_PX, LEFT_PX, BOTTOM_PX, TOP_PX = 92, 46, 18, 8
GLANCE = QSize(72, 18)


class RateCurve(QWidget):
    """A small plot without controls: rate upwards, epochs to the right.

    Args:
        is_glance: The line alone, as small as a word.
    """

    def __init__(self, *, is_glance: bool = False) -> None:
        super().__init__()
        self._is_glance = is_glance
        if is_glance:
            self.setFixedSize(GLANCE)
        self._times = self._rates = np.empty(0)
        self._end = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Learning rate over the epochs")

    def set_points(self, times: list[float], rates: list[float], end: int) -> None:
        """Show the rate at times in epochs; the training ends after `end`."""
        self._times, self._rates, self._end = np.asarray(times), np.asarray(rates), end
        text = f"Learning rate from {rates[0]:.3g} at the start to {rates[-1]:.3g} after {end:,} epochs."
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._times):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(LEFT_PX, TOP_PX, self.width() - LEFT_PX - 2, HEIGHT_PX - TOP_PX - BOTTOM_PX)
        top = float(self._rates.max()) or 1.0
        if self._is_glance:
            room = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        else:
            self._paint_frame(painter, room, top)
        x = room.left() + self._times / max(1, self._end) * room.width()
        y = room.bottom() - self._rates / (1.05 * top) * room.height()
        if self._is_glance and self._rates.min() == top:
            y[:] = room.center().y()  # at the upper edge it would look like a line below the row above
        painter.setPen(theme.series_pen(0))
        painter.drawPolyline(QPolygonF([QPointF(float(a), float(b)) for a, b in zip(x, y, strict=True)]))

    def _paint_frame(self, painter: QPainter, room: QRectF, top: float) -> None:
        painter.setPen(theme.color("border"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.drawLine(room.bottomLeft(), room.topLeft())
        font = self.font()
        font.setPixelSize(theme.tokens.size.small)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        y = room.bottom() - room.height() / 1.05
        painter.drawText(QRectF(0, y - 8, LEFT_PX - 6, 16), right, f"{top:.3g}")
        painter.drawText(QRectF(0, room.bottom() - 8, LEFT_PX - 6, 16), right, "0")
        below = QRectF(room.left(), room.bottom() + 2, room.width(), BOTTOM_PX - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._end:,} epochs")
