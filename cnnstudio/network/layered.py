"""Boxes in ranks from top to bottom, and lines that never cross a box.

The longest way through becomes one straight column. Every other chain of boxes gets a column beside it, the shorter
the nearer. A line that passes ranks travels in a column of its own; sideways it moves only in the gaps between ranks,
each line on its own track.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cnnstudio.network.ranks import Item, Link, Ranks, Slot, rank_items
from cnnstudio.network.tracks import EDGE_GAP, TRACK, Tracks, Way

Point = tuple[float, float]

MARGIN_X = 22.0  # between columns
LANE = 7.0  # half the width that a passing line takes
PORT = 16.0  # between the ends of lines that arrive at the same box


@dataclass(frozen=True)
class Arrangement:
    """Where everything is: axes and upper edges of boxes; of each link its corners and the place for its text."""

    axis: Mapping[str, float]
    top: Mapping[str, float]
    routes: Mapping[Link, tuple[Point, ...]]
    labels: Mapping[Link, Point]
    left: float
    right: float
    height: float


def arrange(items: Mapping[str, Item], links: Sequence[Link]) -> Arrangement:
    """Place boxes and lines; `items` are listed so that data flows forwards, other links are drawn going back."""
    place = {item_id: i for i, item_id in enumerate(items)}
    forward = [link for link in links if place[link.source] < place[link.target]]
    ranks = rank_items(items, forward)
    columns = _columns(items, ranks)
    ways = _ways(items, forward, ranks, columns)
    tracks = Tracks(ways, len(ranks.rows))
    tops, floors = _heights(items, ranks, tracks)
    routes = {link: _route(link, way, items, tops, floors, tracks) for link, way in ways.items()}
    labels = {link: _label(link, way, floors, tracks) for link, way in ways.items()}
    axis = {item_id: columns[Slot(item_id)] for item_id in items}
    left = min((x - _reach(items, slot)[0] for slot, x in columns.items()), default=0.0)
    right = max((x + _reach(items, slot)[1] for slot, x in columns.items()), default=0.0)
    for link in links:
        if link not in ways:
            right += MARGIN_X
            routes[link] = _way_back(link, items, axis, tops, right)
            labels[link] = (right, tops[link.target])
    return Arrangement(axis, tops, routes, labels, left, right, floors[-1] if floors else 0.0)


def _columns(items: Mapping[str, Item], ranks: Ranks) -> dict[Slot, float]:
    """The axis of every box and every passing line: chains beside the main one, on the side with more room."""
    axis: dict[Slot, float] = {}
    lefts, rights = [0.0] * len(ranks.rows), [0.0] * len(ranks.rows)
    for number, chain in enumerate(ranks.chains):
        rows = [ranks.rank[slot] for slot in chain]
        reaches = [_reach(items, slot) for slot in chain]
        x = 0.0
        if number:
            right = max(rights[row] + MARGIN_X + reach[0] for row, reach in zip(rows, reaches, strict=True))
            left = min(lefts[row] - MARGIN_X - reach[1] for row, reach in zip(rows, reaches, strict=True))
            x = right if right <= -left else left
        for slot, row, reach in zip(chain, rows, reaches, strict=True):
            axis[slot] = x
            lefts[row] = min(lefts[row], x - reach[0])
            rights[row] = max(rights[row], x + reach[1])
    return axis


def _reach(items: Mapping[str, Item], slot: Slot) -> Point:
    """How far a slot reaches to the left and to the right of its axis."""
    return (items[slot.item].left, items[slot.item].right) if slot.row is None else (LANE, LANE)


def _ways(
    items: Mapping[str, Item], links: Sequence[Link], ranks: Ranks, columns: Mapping[Slot, float]
) -> dict[Link, Way]:
    """The columns that each link passes, from the lower edge of its source to the upper edge of its target."""
    downs: dict[Link, tuple[int, list[float]]] = {}
    arriving: dict[str, list[float]] = {}
    for link in links:
        first, last = ranks.rank[Slot(link.source)], ranks.rank[Slot(link.target)]
        lane = [columns[Slot(link.source, row, link.value)] for row in range(first + 1, last)]
        downs[link] = (first, [columns[Slot(link.source)] + link.leaves, *lane])
        arriving.setdefault(link.target, []).append(downs[link][1][-1] - columns[Slot(link.target)])
    ways = {}
    for link, (first, xs) in downs.items():
        goal = columns[Slot(link.target)]
        offset = link.arrives
        if offset is None:
            offset = _arrival(xs[-1] - goal, arriving[link.target], items[link.target])
        ways[link] = Way(first, (*xs, goal + offset))
    return ways


def _arrival(own: float, offsets: Sequence[float], item: Item) -> float:
    """Where a line ends: from straight above in the middle, others on their side, the farther the outer."""
    if own == 0 or len(offsets) == 1:
        return 0.0
    same_side = {offset for offset in offsets if offset * own > 0}
    room = item.right if own > 0 else item.left
    step = min(PORT, room / (len(same_side) + 1))
    nearer = sum(abs(offset) < abs(own) for offset in same_side) + 1
    return step * nearer * (1 if own > 0 else -1)


def _heights(items: Mapping[str, Item], ranks: Ranks, tracks: Tracks) -> tuple[dict[str, float], list[float]]:
    """Upper edges of all boxes, each in the middle of its rank, and the lower edges of the ranks."""
    tops: dict[str, float] = {}
    floors: list[float] = []
    y = 0.0
    for row, slots in enumerate(ranks.rows):
        own = [slot.item for slot in slots if slot.row is None]
        tallest = max((items[item_id].height for item_id in own), default=0.0)
        for item_id in own:
            tops[item_id] = y + (tallest - items[item_id].height) / 2
        floors.append(y + tallest)
        y = floors[-1] + tracks.height(row)
    return tops, floors


def _route(
    link: Link,
    way: Way,
    items: Mapping[str, Item],
    tops: Mapping[str, float],
    floors: Sequence[float],
    tracks: Tracks,
) -> tuple[Point, ...]:
    points = [(way.xs[0], tops[link.source] + items[link.source].height)]
    for step, (a, b) in enumerate(pairwise(way.xs)):
        if a != b:
            row = way.first_row + step
            y = floors[row] + tracks.offset(row, link, a)
            points += [(a, y), (b, y)]
    return (*points, (way.xs[-1], tops[link.target]))


def _label(link: Link, way: Way, floors: Sequence[float], tracks: Tracks) -> Point:
    """Beside the last downward part of a line, above the tracks on which lines join."""
    row = way.first_row + len(way.xs) - 2
    is_join = tracks.is_join(row, link, way.xs[-2])
    return way.xs[-2 if is_join else -1], floors[row] + tracks.label(row)


def _way_back(
    link: Link, items: Mapping[str, Item], axis: Mapping[str, float], tops: Mapping[str, float], x: float
) -> tuple[Point, ...]:
    """Down, out to the right, up and in again: a link against the flow, as in a graph that isn't sound."""
    start, end = axis[link.source] + link.leaves, axis[link.target] + (link.arrives or 0.0)
    floor, top = tops[link.source] + items[link.source].height, tops[link.target]
    below, above = floor + EDGE_GAP - TRACK / 2, top - EDGE_GAP + TRACK / 2
    return ((start, floor), (start, below), (x, below), (x, above), (end, above), (end, top))
