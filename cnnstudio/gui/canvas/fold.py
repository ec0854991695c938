"""A long chain in columns side by side, as text in a newspaper: so that it can be read without scrolling.

The layout runs from top to bottom. Where one layer's output is all that leads on, the rest can stand beside instead of
below; the wire then goes round from the foot of one column to the head of the next.
"""

import bisect
import math
from collections.abc import Mapping, Sequence
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
    """A part between two cuts.

    Args:
        ids: Boxes and frames in it.
        rect: Around its boxes, frames and wires.
        wires: Those that lead into it from above: all the same data. None for the first part.
        cut: The height at which it begins.
    """

    ids: frozenset[str]
    rect: QRectF
    wires: frozenset[WireKey]
    cut: float


Columns = Mapping[str, int]  # for each box and frame, the column in which it stands


def best_columns(drawing: Drawing, room: QSizeF) -> Columns:
    """The columns with which the drawing can be shown largest in this room."""
    segments = cut(drawing)
    best, best_zoom = [segments], 0.0
    for count in range(1, min(MAX_COLUMNS, len(segments)) + 1):
        columns = _split(segments, _least_height(segments, count))
        tallest = max(_height(column) for column in columns)
        zoom = min(1.0, room.width() / _width(columns), room.height() / tallest)
        if zoom > best_zoom * WORTH:
            best, best_zoom = columns, zoom
    return {key: number for number, column in enumerate(best) for segment in column for key in segment.ids}


def fold(drawing: Drawing, columns: Columns) -> tuple[Drawing, Columns]:
    """The drawing in these columns; what is new stands in the column of what comes before it."""
    parts: list[list[Segment]] = []
    number = -1
    for segment in cut(drawing):
        known = [columns[key] for key in segment.ids if key in columns]
        wanted = max(number, min(known, default=number))
        if wanted > number or not parts:
            parts.append([])
        parts[-1].append(segment)
        number = max(wanted, 0)
    now = {key: i for i, column in enumerate(parts) for segment in column for key in segment.ids}
    return (_moved(drawing, parts) if len(parts) > 1 else drawing), now


def refold(drawing: Drawing, before: Drawing, folded: Drawing) -> Drawing:
    """A drawing whose places are those of one that was folded already: only its texts are new.

    Args:
        drawing: What is to be shown, in one column; laid out as `before`.
        before: What was shown last, in one column.
        folded: The same in columns.
    """
    boxes = {
        key: folded.boxes[key] if box == before.boxes[key] else replace(box, rect=folded.boxes[key].rect)
        for key, box in drawing.boxes.items()
    }
    wires = {}
    for key, wire in drawing.wires.items():
        shown = folded.wires[key]
        is_same = wire == before.wires[key]
        wires[key] = shown if is_same else replace(wire, points=shown.points, text_at=shown.text_at)
    return Drawing(boxes, folded.frames, wires)


def cut(drawing: Drawing) -> list[Segment]:
    """The parts between which one layer's output is all that leads on, from top to bottom."""
    solid = sorted(
        [(key, item.rect) for items in (drawing.boxes, drawing.frames) for key, item in items.items()],
        key=lambda item: item[1].top(),
    )
    if not solid:
        return []
    crossings, corners = _Crossings(drawing), _Corners(drawing)
    segments: list[Segment] = []
    start, wires, begin, reach = 0, frozenset[WireKey](), solid[0][1].top(), solid[0][1].bottom()
    for i, (_, rect) in enumerate(solid):
        if rect.top() > reach:
            middle = (reach + rect.top()) / 2
            found = crossings.at(middle)
            if found and len({(wire.key[0], _x_at(wire, middle)) for wire in found}) == 1:
                segments.append(_segment(solid[start:i], corners, wires, begin, middle))
                start, wires, begin = i, frozenset(wire.key for wire in found), middle
        reach = max(reach, rect.bottom())
    segments.append(_segment(solid[start:], corners, wires, begin, reach + 1))
    return segments


class _Crossings:
    """The wires that cross a height; asked from top to bottom."""

    def __init__(self, drawing: Drawing) -> None:
        spans = []
        for wire in drawing.wires.values():
            ys = [point.y() for point in wire.points]
            spans.append((min(ys), max(ys), wire))
        self._waiting = sorted(spans, key=lambda span: -span[0])
        self._active: list[tuple[float, float, Wire]] = []

    def at(self, y: float) -> list[Wire]:
        while self._waiting and self._waiting[-1][0] < y:
            self._active.append(self._waiting.pop())
        self._active = [span for span in self._active if span[1] > y]
        return [wire for _, _, wire in self._active]


class _Corners:
    """The corners of all wires by height."""

    def __init__(self, drawing: Drawing) -> None:
        points = [point for wire in drawing.wires.values() for point in wire.points]
        found = sorted((point.y(), point.x()) for point in points)
        self._ys, self._xs = [y for y, _ in found], [x for _, x in found]

    def between(self, begin: float, end: float) -> list[float]:
        return self._xs[bisect.bisect_left(self._ys, begin) : bisect.bisect_right(self._ys, end)]


def _x_at(wire: Wire, y: float) -> float:
    """Where a wire crosses a height, downwards; NaN (unlike any other) where it comes back up or runs sideways."""
    crossings = [a.x() for a, b in pairwise(wire.points) if min(a.y(), b.y()) < y < max(a.y(), b.y())]
    return round(crossings[0], 3) if len(crossings) == 1 else math.nan


def _segment(
    solid: Sequence[tuple[str, QRectF]],
    corners: _Corners,
    wires: frozenset[WireKey],
    begin: float,
    end: float,
) -> Segment:
    rects = [rect for _, rect in solid]
    xs = [rect.left() for rect in rects] + [rect.right() for rect in rects] + corners.between(begin, end)
    top, bottom = rects[0].top(), max(rect.bottom() for rect in rects)
    area = QRectF(min(xs), top, max(xs) - min(xs), bottom - top)
    return Segment(frozenset(key for key, _ in solid), area, wires, begin)


def _split(segments: Sequence[Segment], height: float) -> list[list[Segment]]:
    """Into columns of at most this height, as full as possible."""
    columns: list[list[Segment]] = []
    for segment in segments:
        if columns and segment.rect.bottom() - columns[-1][0].rect.top() <= height + 0.5:
            columns[-1].append(segment)
        else:
            columns.append([segment])
    return columns


def _least_height(segments: Sequence[Segment], count: int) -> float:
    """The smallest height, to a px, with which so many columns are enough."""
    low = max(segment.rect.height() for segment in segments)
    high = _area(segments).height()
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if len(_split(segments, middle)) <= count else (middle, high)
    return high


def _area(column: Sequence[Segment]) -> QRectF:
    whole = QRectF()
    for segment in column:
        whole = whole.united(segment.rect)
    return whole


def _height(column: Sequence[Segment]) -> float:
    return _area(column).height() + FOOT + HEAD


def _width(columns: Sequence[Sequence[Segment]]) -> float:
    return sum(_area(column).width() for column in columns) + COLUMN_GAP * (len(columns) - 1)


def _moved(drawing: Drawing, columns: Sequence[Sequence[Segment]]) -> Drawing:
    areas, cuts = [_area(column) for column in columns], [column[0].cut for column in columns]
    x, top = areas[0].left(), areas[0].top()
    moves, edges = [], []
    for area in areas:
        moves.append(QPointF(x - area.left(), top - area.top()))
        edges.append(x - COLUMN_GAP / 2)
        x += area.width() + COLUMN_GAP

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
            points = _around(wire, cuts[i], edges[i], (areas[i - 1], moves[i - 1]), (areas[i], moves[i]))
        else:
            points = tuple(point + last for point in wire.points)
        wires[key] = replace(wire, points=points, text_at=wire.text_at + last)
    return Drawing(boxes, frames, wires)


def _around(
    wire: Wire, at: float, edge: float, before: tuple[QRectF, QPointF], after: tuple[QRectF, QPointF]
) -> tuple[QPointF, ...]:
    """The wire's route: as before down to the cut, round to the next column's head, and on as before.

    Args:
        wire: As it was.
        at: Height of the cut.
        edge: x at which the wire goes up between the columns.
        before: The column that it leaves, and how far that moves.
        after: The column to which it goes, and how far that moves.
    """
    upper = [point + before[1] for point in wire.points if point.y() <= at]
    lower = [point + after[1] for point in wire.points if point.y() > at]
    foot = before[0].bottom() + before[1].y() + FOOT
    head = after[0].top() + after[1].y() - HEAD
    corners = [QPointF(upper[-1].x(), foot), QPointF(edge, foot), QPointF(edge, head), QPointF(lower[0].x(), head)]
    return (*upper, *corners, *lower)
