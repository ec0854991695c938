"""The dotted grid behind the graph."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

STEP = 24.0
MIN_STEP_PX, MAX_STEP_PX = 18.0, 36.0


def paint_dots(painter: QPainter, port: QRectF, origin: QPointF, zoom: float, color: QColor) -> None:
    """Tile the viewport with dots; `origin` is where the scene's (0, 0) lies in it, in px.

    The step is doubled or halved with the zoom, so that dots are never dense and never rare.
    """
    step = STEP * zoom
    while step < MIN_STEP_PX:
        step *= 2
    while step > MAX_STEP_PX:
        step /= 2
    tile = _tile(round(step), color.name(), painter.device().devicePixelRatioF())
    painter.save()
    painter.resetTransform()
    painter.drawTiledPixmap(port, tile, QPointF(-origin.x(), -origin.y()))
    painter.restore()


@lru_cache(maxsize=64)
def _tile(side: int, color: str, ratio: float) -> QPixmap:
    tile = QPixmap(round(side * ratio), round(side * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(QPointF(1.25, 1.25), 1.0, 1.0)
    painter.end()
    return tile
