"""The dotted grid behind the graph."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

STEP = 24.0
MIN_STEP_PX, MAX_STEP_PX = 18.0, 36.0
MIN_TILE_PX = 300


def paint_dots(
    painter: QPainter, port: QRectF, origin: QPointF, zoom: float, color: QColor, background: QColor
) -> None:
    """Tile the viewport with dots; `origin` is where the scene's (0, 0) lies in it, in px.

    The step is doubled or halved with the zoom, so that dots are never dense and never rare. Background and dots are
    one opaque picture: filling first and blending the dots over it takes twice as long.
    """
    step = STEP * zoom
    while step < MIN_STEP_PX:
        step *= 2
    while step > MAX_STEP_PX:
        step /= 2
    tile = _tile(round(step), color.name(), background.name(), painter.device().devicePixelRatioF())
    painter.save()
    painter.resetTransform()
    painter.drawTiledPixmap(port, tile, QPointF(-origin.x(), -origin.y()))
    painter.restore()


@lru_cache(maxsize=32)
def _tile(step: int, color: str, background: str, ratio: float) -> QPixmap:
    # Several steps in one tile: large tiles are copied faster than many small ones.
    count = -(-MIN_TILE_PX // step)
    side = count * step
    tile = QPixmap(round(side * ratio), round(side * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(QColor(background))
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    for row in range(count):
        for column in range(count):
            painter.drawEllipse(QPointF(1.25 + column * step, 1.25 + row * step), 1.0, 1.0)
    painter.end()
    return tile
