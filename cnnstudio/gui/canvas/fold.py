"""A long chain in columns side by side, as text in a newspaper: so that it can be read without scrolling.

The layout runs from top to bottom. Where one layer's output is all that leads on, the rest can stand beside instead of
below; the wire then goes round from the foot of one column to the head of the next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSizeF

from cnnstudio.gui.canvas.drawing import Drawing, Wire, WireKey

COLUMN_GAP = 76.0
# From the foot of a column to the turn of the wire, and from the turn to the head of the next.
FOOT, HEAD = 16.0, 30.0
MAX_COLUMNS = 12
# A column more must be worth it: this much zoom.
WORTH = 1.06


@dataclass(frozen=True)
class Segment:
    """A part between two cuts, and the wires that lead into it from above: all the same data (none for the first)."""

    top: float
    bottom: float
    left: float
    right: float
    wires: frozenset[WireKey]
    cut: float

    @property
    def height(self) -> float:
        """From its first box to its last."""
        return self.bottom - self.top


def best_height(drawing: Drawing, room: QSizeF) -> float:
    """The height of columns at which the drawing can be shown largest in this room."""
    segments = cut(drawing)
    whole = drawing.rect.height()
    best, best_zoom = whole, 0.0
    for count in range(1, min(MAX_COLUMNS, len(segments)) + 1):
        height = _least_height(segments, count)
        columns = _columns(segments, height)
        zoom = min(1.0, room.width() / _width(columns), room.height() / max(_height(column) for column in columns))
        if zoom > best_zoom * WORTH:
            best, best_zoom = height, zoom
    return best


def fold(drawing: Drawing, height: float) -> Drawing:
    """The drawing in columns of at most this height, where it can be cut."""
    columns = _columns(cut(drawing), height)
    if len(columns) < 2:
        return drawing
    x, top = columns[0][0].left, columns[0][0].top
    moves: list[QPointF] = []
    edges: list[float] = []
    for column in columns:
        left = min(segment.left for segment in column)
        moves.append(QPointF(x - left, top - column[0].top))
        edges.append(x - COLUMN_GAP / 2)
        x += max(segment.right for segment in column) - left + COLUMN_GAP
    return _moved(drawing, columns, moves, edges)


def cut(drawing: Drawing) -> list[Segment]:
    """The parts between which one layer's output is all that leads on, from top to bottom."""
    solid = sorted(
        [box.rect for box in drawing.boxes.values()] + [frame.rect for frame in drawing.frames.values()],
        key=QRectF.top,
    )
    if not solid:
        return []
    spans = sorted(((*_span(wire), wire) for wire in drawing.wires.values()), key=lambda span: span[0])
    segments: list[Segment] = []
    start, begun_by, y, reach = 0, frozenset[WireKey](), solid[0].top(), solid[0].bottom()
    for i, rect in enumerate(solid[1:], 1):
        if rect.top() > reach:
            # Below the turns of wires that leave, above those that arrive: in between all run straight down.
            middle = (reach + rect.top()) / 2
            crossing = [wire for above, below, wire in spans if above < middle < below]
            if crossing and len({(wire.key[0], _x_at(wire, middle)) for wire in crossing}) == 1:
                segments.append(_segment(drawing, solid[start:i], begun_by, y, middle))
                start, begun_by, y = i, frozenset(wire.key for wire in crossing), middle
        reach = max(reach, rect.bottom())
    segments.append(_segment(drawing, solid[start:], begun_by, y, reach + 1))
    return segments


def _span(wire: Wire) -> tuple[float, float]:
    ys = [point.y() for point in wire.points]
    return min(ys), max(ys)


def _x_at(wire: Wire, y: float) -> float:
    """Where a wire crosses a height, downwards; NaN (unlike any other) where it comes back up or runs sideways."""
    crossings = [a.x() for a, b in pairwise(wire.points) if min(a.y(), b.y()) < y < max(a.y(), b.y())]
    return round(crossings[0], 3) if len(crossings) == 1 else math.nan


def _segment(
    drawing: Drawing, solid: Sequence[QRectF], wires: frozenset[WireKey], begin: float, end: float
) -> Segment:
    xs = [rect.left() for rect in solid] + [rect.right() for rect in solid]
    for other in drawing.wires.values():
        xs += [point.x() for point in other.points if begin <= point.y() <= end]
    bottom = max(rect.bottom() for rect in solid)
    return Segment(solid[0].top(), bottom, min(xs), max(xs), wires, begin)


def _columns(segments: Sequence[Segment], height: float) -> list[list[Segment]]:
    columns: list[list[Segment]] = []
    for segment in segments:
        if columns and segment.bottom - columns[-1][0].top <= height + 0.5:
            columns[-1].append(segment)
        else:
            columns.append([segment])
    return columns


def _least_height(segments: Sequence[Segment], count: int) -> float:
    """The smallest height with which so many columns are enough."""
    heights = sorted({last.bottom - first.top for i, first in enumerate(segments) for last in segments[i:]})
    low, high = 0, len(heights) - 1
    while low < high:
        middle = (low + high) // 2
        fits = len(_columns(segments, heights[middle])) <= count
        low, high = (low, middle) if fits else (middle + 1, high)
    return heights[low]


def _height(column: Sequence[Segment]) -> float:
    return column[-1].bottom - column[0].top + FOOT + HEAD


def _width(columns: Sequence[Sequence[Segment]]) -> float:
    widths = [max(s.right for s in column) - min(s.left for s in column) for column in columns]
    return sum(widths) + COLUMN_GAP * (len(columns) - 1)


def _moved(
    drawing: Drawing, columns: Sequence[Sequence[Segment]], moves: Sequence[QPointF], edges: Sequence[float]
) -> Drawing:
    cuts = [column[0].cut for column in columns]

    def column_of(y: float) -> int:
        return max((i for i, at in enumerate(cuts) if y >= at), default=0)

    boxes = {
        key: replace(box, rect=box.rect.translated(moves[column_of(box.rect.top())]))
        for key, box in drawing.boxes.items()
    }
    frames = {
        key: replace(
            frame,
            rect=frame.rect.translated(move := moves[column_of(frame.rect.top())]),
            title_rect=frame.title_rect.translated(move),
        )
        for key, frame in drawing.frames.items()
    }
    turning = {key: i for i, column in enumerate(columns) if i for key in column[0].wires}
    wires = {}
    for key, wire in drawing.wires.items():
        last = moves[column_of(wire.points[-1].y() - 0.01)]
        if key in turning:
            i = turning[key]
            points = _around(wire, cuts[i], moves[i - 1], moves[i], edges[i], columns[i - 1], columns[i])
        else:
            points = tuple(point + last for point in wire.points)
        wires[key] = replace(wire, points=points, text_at=wire.text_at + last)
    return Drawing(boxes, frames, wires, drawing.marks)


def _around(
    wire: Wire,
    at: float,
    before: QPointF,
    after: QPointF,
    edge: float,
    column: Sequence[Segment],
    following: Sequence[Segment],
) -> tuple[QPointF, ...]:
    """The wire's route: as before down to the cut, round to the next column's head, and on as before."""
    upper = [point + before for point in wire.points if point.y() <= at]
    lower = [point + after for point in wire.points if point.y() > at]
    foot = column[-1].bottom + before.y() + FOOT
    head = following[0].top + after.y() - HEAD
    corners = [
        QPointF(upper[-1].x(), foot),
        QPointF(edge, foot),
        QPointF(edge, head),
        QPointF(lower[0].x(), head),
    ]
    return (*upper, *corners, *lower)
