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


def drop(point: float = 2.0) -> Polygon:
    """A drop, point up: a round body whose two tangents meet `point` radii above its middle."""
    # The tangents from (0, −point) touch the unit circle where its angle to the vertical is acos(1 / point).
    touch = np.arccos(1 / point)
    body = np.linspace(-np.pi / 2 + touch, 3 * np.pi / 2 - touch, SMOOTH_POINTS)
    corners = np.stack([np.cos(body), np.sin(body)], axis=1)
    outline = np.concatenate([corners, [(0.0, -point)]]) + np.array((0.0, (point - 1) / 2))
    return np.asarray(outline * 2 / (point + 1))


def diamond(width: float = 0.6) -> Polygon:
    """A rhombus that stands on its point."""
    return np.array([(0.0, -1.0), (width, 0.0), (0.0, 1.0), (-width, 0.0)])


# Name of the class to its outline. None has a hole or a bay: the middle of each belongs to its mask, so that a heat map
# whose maximum lies outside the mask has missed the shape.
OUTLINES: dict[str, Callable[[], Polygon]] = {
    "circle": lambda: circle(0.95),
    "cross": cross,
    "diamond": diamond,
    "drop": drop,
    "heart": heart,
    "square": square,
    "star": star,
    "triangle": lambda: regular(3),
}
