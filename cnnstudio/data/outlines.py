"""The outlines of the shapes that `scenes` draws, as polygons around the origin within a unit circle."""

from collections.abc import Callable

import numpy as np

Polygon = np.ndarray  # float64, shape (n, 2)
SMOOTH_POINTS = 96


def circle(radius: float = 1.0, centre: tuple[float, float] = (0.0, 0.0)) -> Polygon:
    """A round outline."""
    angles = np.linspace(0, 2 * np.pi, SMOOTH_POINTS, endpoint=False)
    return np.asarray(np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius + np.array(centre))


def regular(corners: int, radius: float = 1.0) -> Polygon:
    """A regular polygon, one corner up."""
    angles = np.arange(corners) * 2 * np.pi / corners - np.pi / 2
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius


def star(points: int = 5, inner: float = 0.56) -> Polygon:
    """A star, one point up."""
    corners = regular(2 * points)
    corners[1::2] *= inner
    return corners


def square() -> Polygon:
    """A square lying on its side."""
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 0.82


def cross(arm: float = 0.42) -> Polygon:
    """A plus sign."""
    a, b = arm, 0.96
    corners = [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a)]
    return np.array([*corners, (-a, -a)])


def heart() -> Polygon:
    """A heart, point down."""
    t = np.linspace(0, 2 * np.pi, SMOOTH_POINTS, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack([x, y - 2.5], axis=1) / 16.5


def moon(radius: float = 0.8, aside: float = 0.62) -> Polygon:
    """A waning moon: a disc less another one that lies aside."""
    # Where the two circles meet: x from |p| = 1 and |p − (aside, 0)| = radius.
    x = (1 - radius**2 + aside**2) / (2 * aside)
    turn = np.arctan2(np.sqrt(1 - x**2), x)
    inner_turn = np.arctan2(np.sqrt(1 - x**2), x - aside)
    outside = np.linspace(turn, 2 * np.pi - turn, SMOOTH_POINTS)
    inside = np.linspace(2 * np.pi - inner_turn, inner_turn, SMOOTH_POINTS)
    rim = np.stack([np.cos(outside), np.sin(outside)], axis=1)
    bite = np.stack([np.cos(inside), np.sin(inside)], axis=1) * radius + np.array((aside, 0.0))
    return np.asarray(np.concatenate([rim, bite]) + np.array((0.2, 0.0)))


def ring() -> tuple[Polygon, Polygon]:
    """A wide ring: its outer and its inner edge."""
    return circle(), circle(0.36)


# Name of the class to the edges of its shape: what the first encloses, less what the second does.
OUTLINES: dict[str, Callable[[], tuple[Polygon, ...]]] = {
    "circle": lambda: (circle(0.95),),
    "cross": lambda: (cross(),),
    "heart": lambda: (heart(),),
    "moon": lambda: (moon(),),
    "ring": ring,
    "square": lambda: (square(),),
    "star": lambda: (star(),),
    "triangle": lambda: (regular(3),),
}
