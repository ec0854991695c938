"""Where something that floats over the window covers no control: at the bottom right if it is free, else nearby."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QWidget,
)

# What covering a px of each costs: better a part of a table than of a drawing, and that than the button that everybody
# looks for.
MAIN_COST, CONTROL_COST, DRAWING_COST, TABLE_COST = 100, 20, 2, 1
STEP_PX, EDGE_PX = 24, 16


def free_place(floating: QWidget, room: QWidget, sizes: Sequence[QSize], margin_px: int) -> QRect:
    """A rectangle of one of these sizes in `room`, in its lower half, `margin_px` above its lower edge or higher.

    The first size is taken if it covers nothing, another one if that covers less.
    """
    taken = list(_obstacles(floating, room))
    best: tuple[int, QRect] | None = None
    for size in sizes:
        for place in _places(room.size(), size, margin_px):
            cost = _cost(place, taken)
            if cost == 0:
                return place
            best = (cost, place) if best is None or cost < best[0] else best
    assert best is not None
    return best[1]


def _places(room: QSize, size: QSize, margin_px: int) -> list[QRect]:
    """All places to try, the most usual ones first: from the right to the left, then higher."""
    lowest, rightmost = room.height() - size.height() - margin_px, room.width() - size.width() - EDGE_PX
    lefts = [*range(rightmost, EDGE_PX, -4 * STEP_PX), min(EDGE_PX, rightmost)]
    tops = range(lowest, min(lowest, room.height() // 3) - 1, -STEP_PX)
    return [QRect(QPoint(left, top), size) for top in tops for left in lefts]


def _obstacles(floating: QWidget, room: QWidget) -> Iterator[tuple[QRect, int]]:
    """Visible controls with what covering them costs."""
    for widget in room.findChildren(QWidget):
        cost = _cost_of(widget)
        if cost and widget.isVisible() and not floating.isAncestorOf(widget):
            corner = widget.mapTo(room, QPoint(0, 0))
            yield QRect(corner, widget.size()), cost


def _cost_of(widget: QWidget) -> int:
    if isinstance(widget, QAbstractButton):
        return MAIN_COST if widget.property("role") == "main" else CONTROL_COST
    if isinstance(widget, QAbstractSlider | QAbstractSpinBox | QComboBox | QLineEdit):
        return CONTROL_COST
    if isinstance(widget, QGraphicsView):
        return DRAWING_COST
    return TABLE_COST if isinstance(widget, QAbstractItemView) else 0


def _cost(place: QRect, taken: list[tuple[QRect, int]]) -> int:
    overlaps = ((place.intersected(rect), cost) for rect, cost in taken)
    return sum(over.width() * over.height() * cost for over, cost in overlaps if not over.isEmpty())
