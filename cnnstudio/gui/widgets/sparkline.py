"""Small curves in a row, one a layer: their course matters, not their numbers."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.gui.theme import theme

HEIGHT_PX, TITLE_PX, GAP_PX, MIN_PX = 64, 20, 16, 72


class SparklineStrip(QWidget):
    """A strip of small curves with their names above them."""

    def __init__(self, name: str = "Curves of the layers") -> None:
        super().__init__()
        self._values: dict[str, NDArray[np.float64]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_values(self, values: Mapping[str, ArrayLike]) -> None:
        """Show one curve a name; values that aren't finite are gaps."""
        self._values = {name: np.asarray(curve, np.float64) for name, curve in values.items()}
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(max(1, len(self._values)) * (MIN_PX + GAP_PX), HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(MIN_PX, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = (self.width() + GAP_PX) / len(self._values) - GAP_PX
        for place, (name, values) in enumerate(self._values.items()):
            left = place * (width + GAP_PX)
            painter.setPen(theme.color("muted"))
            title = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(width))
            painter.drawText(QRectF(left, 0, width, TITLE_PX), Qt.AlignmentFlag.AlignVCenter, title)
            self._paint_curve(painter, QRectF(left, TITLE_PX + 6, width, HEIGHT_PX - TITLE_PX - 10), values)

    def _paint_curve(self, painter: QPainter, room: QRectF, values: NDArray[np.float64]) -> None:
        finite = values[np.isfinite(values)]
        if len(finite) < 2:
            return
        low, high = float(finite.min()), float(finite.max())
        span = high - low or 1.0
        x = room.x() + np.linspace(0, room.width(), len(values))
        y = room.bottom() - (values - low) / span * room.height()
        is_point = np.isfinite(y)
        points = [QPointF(float(a), float(b)) for a, b in zip(x[is_point], y[is_point], strict=True)]
        painter.setPen(theme.series_pen(0))
        painter.drawPolyline(QPolygonF(points))
