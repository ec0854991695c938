"""Geometry of wires: rounded corners, distance to a route, where a text has room."""

import itertools
import math
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

CORNER_RADIUS = 10.0


def rounded_path(points: Sequence[QPointF], radius: float = CORNER_RADIUS) -> QPainterPath:
    """The route as a path whose corners are rounded; it never leaves the corners' triangles."""
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _length(before, corner) / 2, _length(corner, after) / 2)
        path.lineTo(_towards(corner, before, reach))
        path.quadTo(corner, _towards(corner, after, reach))
    path.lineTo(points[-1])
    return path


def _length(a: QPointF, b: QPointF) -> float:
    return math.hypot(a.x() - b.x(), a.y() - b.y())


def _towards(start: QPointF, goal: QPointF, by: float) -> QPointF:
    length = _length(start, goal)
    return start if length == 0 else start + (goal - start) * (by / length)


def distance_to_route(point: QPointF, points: Sequence[QPointF]) -> float:
    """Shortest distance from a point to a polyline."""
    return min(_distance_to_line(point, a, b) for a, b in itertools.pairwise(points))


def _distance_to_line(point: QPointF, a: QPointF, b: QPointF) -> float:
    along = b - a
    squared = QPointF.dotProduct(along, along)
    share = 0.0 if squared == 0 else QPointF.dotProduct(point - a, along) / squared
    return _length(point, a + along * min(1.0, max(0.0, share)))


def middle_of_route(points: Sequence[QPointF]) -> QPointF:
    """The point half-way along a polyline."""
    lengths = [_length(a, b) for a, b in itertools.pairwise(points)]
    left = sum(lengths) / 2
    for a, b, length in zip(points, points[1:], lengths, strict=False):
        if left <= length:
            return _towards(a, b, left)
        left -= length
    return points[-1]


def text_places(points: Sequence[QPointF], width: float, height: float, gap: float = 6.0) -> list[QRectF]:
    """Where the text of a wire could stand: right, then left of each upright stretch, longest first."""
    uprights = [
        (abs(b.y() - a.y()), a, b)
        for a, b in itertools.pairwise(points)
        if abs(b.y() - a.y()) >= height and abs(a.x() - b.x()) < 1
    ]
    uprights.sort(key=lambda stretch: -stretch[0])
    places = []
    for _, a, b in uprights:
        top = (a.y() + b.y() - height) / 2
        places += [QRectF(a.x() + gap, top, width, height), QRectF(a.x() - gap - width, top, width, height)]
    return places


class Taken:
    """Rectangles that are occupied, by the bands of the height in which they lie: looking one up takes no time."""

    BAND = 64.0

    def __init__(self, rects: Iterable[QRectF] = ()) -> None:
        self._bands: dict[int, list[QRectF]] = {}
        for rect in rects:
            self.add(rect)

    def add(self, rect: QRectF) -> None:
        """Occupy a rectangle."""
        for band in self._bands_of(rect):
            self._bands.setdefault(band, []).append(rect)

    def first_free(self, places: Iterable[QRectF]) -> QRectF | None:
        """The first place that touches nothing that is taken."""
        return next((place for place in places if self._is_free(place)), None)

    def _is_free(self, place: QRectF) -> bool:
        found = (other for band in self._bands_of(place) for other in self._bands.get(band, ()))
        return not any(place.intersects(other) for other in found)

    def _bands_of(self, rect: QRectF) -> range:
        return range(int(rect.top() // self.BAND), int(rect.bottom() // self.BAND) + 1)
