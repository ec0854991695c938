"""Which rank each box belongs to, and the chains that become columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Item:
    """A box: how far it reaches left and right of its axis, and its height. A flat one marks a frame's edge."""

    left: float
    right: float
    height: float
    is_exit: bool = False  # at the lower edge of a frame: below everything else


class Link(NamedTuple):
    """A line from one box to another; `leaves` and `arrives` are offsets from the boxes' axes.

    Links of the same source and `value` carry the same data and share their way.
    """

    source: str
    target: str
    value: str = ""
    leaves: float = 0.0
    arrives: float | None = None  # None: where it is best


class Slot(NamedTuple):
    """A place in a rank: a box, or (with a row) the line of a source's value that passes this row."""

    item: str
    row: int | None = None
    value: str = ""


@dataclass(frozen=True)
class Ranks:
    """Ranks of all slots, the slots of each rank, and the chains: the main one first, then the shorter the earlier."""

    rank: Mapping[Slot, int]
    rows: Sequence[Sequence[Slot]]
    chains: Sequence[Sequence[Slot]]


def rank_items(items: Mapping[str, Item], links: Sequence[Link]) -> Ranks:
    """Each box one rank below the lowest one that feeds it."""
    followers: dict[str, list[Link]] = {item_id: [] for item_id in items}
    for link in links:
        followers[link.source].append(link)
    level = _levels(items, followers)
    lanes = _lanes(links, level)
    rank = {Slot(item_id): level[item_id] for item_id in items}
    for (source, value), last in lanes.items():
        rank.update({Slot(source, row, value): row for row in range(level[source] + 1, last)})
    count = max(level.values(), default=-1) + 1
    rows: list[list[Slot]] = [[] for _ in range(count)]
    for slot, row in rank.items():
        rows[row].append(slot)
    return Ranks(rank, rows, _chains(items, followers, level, lanes))


def _levels(items: Mapping[str, Item], followers: Mapping[str, Sequence[Link]]) -> dict[str, int]:
    level = dict.fromkeys(items, 0)
    for item_id in items:
        for link in followers[item_id]:
            level[link.target] = max(level[link.target], level[item_id] + 1)
    fed = {link.target for links in followers.values() for link in links}
    for item_id in reversed(list(items)):
        # A box that nothing feeds moves down to what it feeds.
        if item_id not in fed and followers[item_id] and items[item_id].height:
            level[item_id] = min(level[link.target] for link in followers[item_id]) - 1
    lowest = max((level[i] for i, item in items.items() if not item.is_exit), default=-1)
    for item_id, item in items.items():
        level[item_id] = max(level[item_id], lowest + 1) if item.is_exit else level[item_id]
    return level


def _lanes(links: Iterable[Link], level: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """For each value whose line passes ranks, the rank of its last target."""
    lanes: dict[tuple[str, str], int] = {}
    for link in links:
        if level[link.target] > level[link.source] + 1:
            key = (link.source, link.value)
            lanes[key] = max(lanes.get(key, 0), level[link.target])
    return lanes


def _chains(
    items: Mapping[str, Item],
    followers: Mapping[str, Sequence[Link]],
    level: Mapping[str, int],
    lanes: Mapping[tuple[str, str], int],
) -> list[list[Slot]]:
    if not items:
        return []
    length: dict[str, int] = {}
    for item_id in reversed(list(items)):
        length[item_id] = 1 + max((length[link.target] for link in followers[item_id]), default=0)
    free = {Slot(item_id) for item_id in items}
    free_lanes = {
        key: [Slot(key[0], row, key[1]) for row in range(level[key[0]] + 1, last)] for key, last in lanes.items()
    }
    chains = []
    main = max(items, key=lambda item_id: length[item_id])
    for start in (main, *items):
        if Slot(start) in free:
            chain = _chain(start, followers, level, length, free)
            chains.append(chain + _own_lane(chain[-1], free_lanes))
    chains += free_lanes.values()
    return [chains[0], *sorted(chains[1:], key=len)]


def _own_lane(last: Slot, free_lanes: dict[tuple[str, str], list[Slot]]) -> list[Slot]:
    """The line that goes on straight below the last box of a chain, if it passes ranks."""
    for key in free_lanes:
        if key[0] == last.item:
            return free_lanes.pop(key)
    return []


def _chain(
    start: str,
    followers: Mapping[str, Sequence[Link]],
    level: Mapping[str, int],
    length: Mapping[str, int],
    free: set[Slot],
) -> list[Slot]:
    """From a box downwards, each time to the free neighbour from which it goes on longest."""
    chain = [Slot(start)]
    free.discard(chain[0])
    while True:
        here = chain[-1].item
        nexts = [
            link.target
            for link in followers[here]
            if Slot(link.target) in free and level[link.target] == level[here] + 1
        ]
        if not nexts:
            return chain
        chain.append(Slot(max(nexts, key=lambda item_id: length[item_id])))
        free.discard(chain[-1])
