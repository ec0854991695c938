"""Lines that move sideways in the gap between two ranks, each on its own track."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cnnstudio.network.ranks import Link

EDGE_GAP = 10.0  # from a box to the nearest track
TRACK = 8.0  # between two tracks
LABEL = 18.0  # height for the shape's text, between forks and joins

Key = tuple[str, str, float]


@dataclass(frozen=True)
class Way:
    """The columns of a link: x at its first rank's lower edge, in the ranks it passes, and at its last upper edge."""

    first_row: int
    xs: tuple[float, ...]


class Tracks:
    """Which lines move in which gap: forks in its upper part, joins in its lower, the shape's text between them."""

    def __init__(self, ways: Mapping[Link, Way], rows: int) -> None:
        gaps: list[dict[Key, list[float]]] = [{} for _ in range(rows)]
        for link, way in ways.items():
            for step, (a, b) in enumerate(pairwise(way.xs)):
                if a != b:
                    gaps[way.first_row + step].setdefault((link.source, link.value, a), [a]).append(b)
        self._forks = [_numbers(gap, are_forks=True) for gap in gaps]
        self._joins = [_numbers(gap, are_forks=False) for gap in gaps]

    def height(self, row: int) -> float:
        """Height of the gap below a rank."""
        return 2 * EDGE_GAP + LABEL + TRACK * (len(self._forks[row]) + len(self._joins[row]))

    def label(self, row: int) -> float:
        """How far below a rank the middle of the space for text lies."""
        return EDGE_GAP + TRACK * len(self._forks[row]) + LABEL / 2

    def is_join(self, row: int, link: Link, x: float) -> bool:
        """True if the link that comes down at `x` moves sideways below the text."""
        return (link.source, link.value, x) in self._joins[row]

    def offset(self, row: int, link: Link, x: float) -> float:
        """How far below a rank the track of the link that comes down at `x` lies."""
        key = (link.source, link.value, x)
        forks = self._forks[row]
        if key in forks:
            return EDGE_GAP + TRACK * forks[key]
        return EDGE_GAP + TRACK * len(forks) + LABEL + TRACK * self._joins[row][key]


def _numbers(gap: Mapping[Key, Sequence[float]], *, are_forks: bool) -> dict[Key, int]:
    """Forks that reach farther lie higher, joins that come from farther lie lower: so they don't cross."""
    chosen = [key for key, xs in gap.items() if _is_fork(xs) == are_forks]
    chosen.sort(key=lambda key: max(abs(x) for x in gap[key]), reverse=are_forks)
    return {key: number for number, key in enumerate(chosen)}


def _is_fork(xs: Sequence[float]) -> bool:
    return len(xs) > 2 or abs(xs[1]) > abs(xs[0])
