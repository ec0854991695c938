"""The whole graph in a few strokes, for zooms at which nothing could be read anyway.

A thousand items with a paint function of their own cost about 8 ms a frame; this one draws them in batches.
"""

from collections.abc import Collection

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.gui.canvas.drawing import Drawing
from cnnstudio.gui.canvas.look import Look, mixed


class OverviewItem(QGraphicsItem):
    """Paints boxes as plain rectangles in their category's colour, and wires as lines without curves."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(1)
        self._area = QRectF()
        self._rects: list[tuple[QBrush, list[QRectF]]] = []
        self._wires, self._bad_wires = QPainterPath(), QPainterPath()
        self._chosen: list[QRectF] = []
        self._bad: list[QRectF] = []

    def set_drawing(self, drawing: Drawing, look: Look) -> None:
        """Prepare the batches."""
        self.prepareGeometryChange()
        self._drawing, self._look = drawing, look
        self._area = drawing.rect.adjusted(-4, -4, 4, 4)
        by_category: dict[str, list[QRectF]] = {}
        for box in drawing.boxes.values():
            by_category.setdefault(box.category, []).append(box.rect)
        surface = look.surface.color()
        self._rects = [
            (QBrush(mixed(surface, look.bar(category).color(), 0.55)), rects) for category, rects in by_category.items()
        ]
        self._bad = [box.rect for box in drawing.boxes.values() if box.is_bad]
        self._wires, self._bad_wires = QPainterPath(), QPainterPath()
        for wire in drawing.wires.values():
            path = self._bad_wires if wire.is_bad else self._wires
            path.moveTo(wire.points[0])
            for point in wire.points[1:]:
                path.lineTo(point)
        self.update()

    def set_chosen(self, boxes: Collection[str]) -> None:
        """Show which boxes and open groups are chosen."""
        self._chosen = [box.rect for key, box in self._drawing.boxes.items() if key in boxes]
        self._chosen += [frame.rect for key, frame in self._drawing.frames.items() if key in boxes]
        self.update()

    def boundingRect(self) -> QRectF:
        """The whole drawing."""
        return self._area

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw wires, then boxes by category, then what is chosen or wrong."""
        look = self._look
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_cosmetic(look.wire, 1))
        painter.drawPath(self._wires)
        painter.setPen(_cosmetic(look.bad_wire, 2))
        painter.drawPath(self._bad_wires)
        painter.setPen(Qt.PenStyle.NoPen)
        for brush, rects in self._rects:
            painter.setBrush(brush)
            painter.drawRects(rects)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen, rects in ((look.bad_border, self._bad), (look.chosen_border, self._chosen)):
            if rects:
                painter.setPen(_cosmetic(pen, 2))
                painter.drawRects(rects)


def _cosmetic(pen: QPen, width_px: float) -> QPen:
    made = QPen(pen)
    made.setCosmetic(True)
    made.setWidthF(width_px)
    return made
