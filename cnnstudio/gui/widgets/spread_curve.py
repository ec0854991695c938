"""How widely the first weights of a layer are spread, drawn beside what He's rule would give."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.training.initialisation.he import He
from cnnstudio.training.recipe import InitialisationSpec
from cnnstudio.training.spread import Spread, fans

HEIGHT_PX, BOTTOM_PX, POINTS = 64, 16, 61


class SpreadCurve(QWidget):
    """Two shapes over one axis: the weights as they will begin, and pale behind them those of He."""

    def __init__(self) -> None:
        super().__init__()
        self._spread: Spread | None = None
        self._usual = Spread(0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Spread of the first weights")
        theme.changed.connect(self.update)

    def set_weights(self, begun: InitialisationSpec | None, weight_shape: Sequence[int] | None) -> None:
        """Show how a layer with weights of this shape begins; nothing for layers that begin without chance."""
        is_known = begun is not None and weight_shape is not None
        self._spread = begun.spread(weight_shape) if begun is not None and weight_shape is not None else None
        self._usual = He().spread(weight_shape) if weight_shape is not None else Spread(0.0)
        self.setVisible(is_known)
        text = self.text(weight_shape or ())
        self.setToolTip(f"{text} Pale: what He's rule gives, which keeps the size of signals through ReLU.")
        self.setAccessibleDescription(text)
        self.update()

    def text(self, weight_shape: Sequence[int]) -> str:
        """What is drawn, in words."""
        if self._spread is None or not weight_shape:
            return ""
        inputs, _ = fans(weight_shape)
        return f"{math.prod(weight_shape):,} weights, {inputs:,} inputs a unit: {self._spread.text}."

    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._spread is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(1, 4, self.width() - 2, HEIGHT_PX - BOTTOM_PX - 4)
        reach = 1.15 * max(self._spread.reach, self._usual.reach)
        self._paint_shape(painter, room, self._usual, reach, theme.color("border"))
        self._paint_shape(painter, room, self._spread, reach, theme.color("accent", 0.45))
        painter.setPen(theme.color("border"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        font = self.font()
        font.setPixelSize(theme.tokens.size.label)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        below = QRectF(room.left(), room.bottom() + 2, room.width(), BOTTOM_PX - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"−{reach:.2g}")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{reach:.2g}")

    def _paint_shape(self, painter: QPainter, room: QRectF, spread: Spread, reach: float, color: QColor) -> None:
        middle, scale = room.center().x(), room.width() / 2 / reach
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        if spread.deviation * scale < 0.5:  # narrower than a pixel
            painter.drawRect(QRectF(middle - 1, room.top(), 2, room.height()))
        elif spread.is_even:
            half = spread.reach * scale
            painter.drawRect(QRectF(middle - half, room.top(), 2 * half, room.height()))
        else:
            places = np.linspace(-3.3, 3.3, POINTS)
            x = middle + places * spread.deviation * scale
            y = room.bottom() - room.height() * np.exp(-(places**2) / 2)
            painter.drawPolygon(QPolygonF([QPointF(float(a), float(b)) for a, b in zip(x, y, strict=True)]))
