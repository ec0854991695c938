"""A visible edge: a routed curve with the shape of what flows written beside it."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.gui.canvas.curves import Taken, distance_to_route, middle_of_route, rounded_path, text_places
from cnnstudio.gui.canvas.drawing import Wire
from cnnstudio.gui.canvas.look import Detail, Look

TEXT_HEIGHT = 14.0
ARROW = 3.5


class WireItem(QGraphicsItem):
    """Paints one wire. Its text stands where no box, title or other text is, or is left to the tooltip."""

    def __init__(self, wire: Wire, look: Look) -> None:
        super().__init__()
        self.setZValue(1)
        self.look = look
        self.is_chosen = self.is_hovered = False
        self.text_rect: QRectF | None = None
        self.set_value(wire)

    def set_value(self, wire: Wire) -> None:
        """Show another route or text of the same edge."""
        known = getattr(self, "wire", None)
        if known is wire or known == wire:
            return
        self.is_placed = False
        self.prepareGeometryChange()
        self.wire = wire
        self._shape(wire.points)
        self._describe()
        self.update()

    def set_text(self, wire: Wire) -> bool:
        """Show another text where the last one stood; False if it needs another place."""
        old_width, new_width = self.look.wire_width(self.wire.text), self.look.wire_width(wire.text)
        self.wire = wire
        self._describe()
        self.update()
        # Where there is room for it already, or there was none for a shorter one.
        self.is_placed = new_width <= old_width if self.text_rect is not None else 0 < old_width <= new_width
        return self.is_placed

    def show_points(self, points: Sequence[QPointF]) -> None:
        """Draw the route like this while it moves to its place."""
        self.prepareGeometryChange()
        self._shape(points)
        self.update()

    def _describe(self) -> None:
        text = self.wire.text
        self.setToolTip(f"{text} values" if text else "The size of what flows here isn't known.")

    def _shape(self, points: Sequence[QPointF]) -> None:
        self.path = rounded_path(points)
        tip = points[-1]
        self._arrow = QPolygonF([tip, tip + QPointF(-ARROW, -1.6 * ARROW), tip + QPointF(ARROW, -1.6 * ARROW)])

    def place_text(self, taken: Taken) -> None:
        """Find room for the text beside the route, and take it; without room the tooltip must do."""
        self.prepareGeometryChange()
        self.text_rect, self.is_placed = None, True
        if not self.wire.text:
            return
        width = self.look.wire_width(self.wire.text) + 2
        self.text_rect = taken.first_free(self._places(width))
        if self.text_rect is not None:
            taken.add(self.text_rect)

    def _places(self, width: float) -> Iterator[QRectF]:
        yield QRectF(self.wire.text_at.x(), self.wire.text_at.y() - TEXT_HEIGHT / 2, width, TEXT_HEIGHT)
        yield from text_places(self.wire.points, width, TEXT_HEIGHT)

    def mark(self, **states: bool) -> None:
        """Set is_chosen or is_hovered, and paint anew if that changes something."""
        if any(getattr(self, name) != value for name, value in states.items()):
            for name, value in states.items():
                setattr(self, name, value)
            self.setZValue(1.5 if self.is_chosen or self.is_hovered else 1)
            self.update()

    def is_near(self, point: QPointF, reach: float) -> bool:
        """Does the route pass within `reach` of the point?"""
        around = self.path.boundingRect().adjusted(-reach, -reach, reach, reach)
        return around.contains(point) and self.distance(point) <= reach

    def distance(self, point: QPointF) -> float:
        """How far the route passes from the point."""
        return distance_to_route(point, self.wire.points)

    def middle(self) -> QPointF:
        """The point half-way along the route."""
        return middle_of_route(self.wire.points)

    def boundingRect(self) -> QRectF:
        """The route with its pen, arrow and text."""
        whole = self.path.boundingRect().adjusted(-6, -6, 6, 6)
        return whole if self.text_rect is None else whole.united(self.text_rect)

    def shape(self) -> QPainterPath:
        """Only the route answers to the mouse, not the rectangle around it."""
        return self.path

    def pen(self) -> QPen:
        """The pen for the state the wire is in."""
        if self.is_chosen or self.is_hovered:
            return self.look.chosen_wire
        if self.wire.is_bad:
            return self.look.bad_wire
        return self.look.wire if self.wire.is_known else self.look.unknown_wire

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the route, and its text when there is room and zoom enough."""
        pen = self.pen()
        painter.strokePath(self.path, pen)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.drawPolygon(self._arrow)
        if self.look.detail is Detail.FULL and self.text_rect is not None:
            painter.setFont(self.look.wire_font)
            painter.setPen(self.look.accent if self.is_chosen else self.look.muted)
            baseline = self.text_rect.center().y() + self.look.wire_metrics.capHeight() / 2
            painter.drawText(QPointF(self.text_rect.left() + 1, baseline), self.wire.text)
