"""How often each level from black to full occurs, one curve a channel."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from cnnstudio.gui.theme import theme

BINS, PAD_PX, AXIS_PX = 64, 6, 16
ROLES = {1: ("text",), 3: ("series.4", "series.2", "series.0")}
NAMES = {1: ("grey",), 3: ("red", "green", "blue")}
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


class LevelCurves(QWidget):
    """Red, green and blue (or grey) from 0 to 255; each with its own kind of line."""

    def __init__(self) -> None:
        super().__init__()
        self._shares = np.zeros((0, BINS))
        self.setMinimumHeight(110)
        self.setAccessibleName("Levels of the pixels")
        self.setToolTip("How often each level occurs, from black at the left to full at the right, for each channel.")

    def set_levels(self, levels: np.ndarray) -> None:
        """Show counts of the 256 levels, shape (C, 256)."""
        binned = levels.reshape(len(levels), BINS, -1).sum(axis=2)
        self._shares = binned / np.maximum(1, binned.sum(axis=1, keepdims=True))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(PAD_PX, PAD_PX, -PAD_PX, -AXIS_PX)
        painter.setPen(theme.color("border"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(theme.color("muted"))
        foot = QRectF(room.x(), room.bottom(), room.width(), AXIS_PX)
        names = ", ".join(NAMES.get(len(self._shares), ()))
        for text, side in (
            ("0", Qt.AlignmentFlag.AlignLeft),
            (names, Qt.AlignmentFlag.AlignHCenter),
            ("255", Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(foot, side | Qt.AlignmentFlag.AlignVCenter, text)
        top = max(float(self._shares.max(initial=0)), 1e-9)
        for share, role, style in zip(self._shares, ROLES.get(len(self._shares), ()), STYLES, strict=False):
            painter.setPen(QPen(theme.color(role), 1.5, style))
            heights = (room.bottom() - room.height() * share / top).tolist()
            width = room.width() / BINS
            points = [QPointF(room.x() + width * (place + 0.5), y) for place, y in enumerate(heights)]
            painter.drawPolyline(QPolygonF(points))
