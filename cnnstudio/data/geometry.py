"""Matrices that say where each place of a distorted picture comes from; places count from the picture's middle."""

import numpy as np

from cnnstudio.data.draws import Floats


def matrices(n: int) -> Floats:
    """The matrix that changes nothing, n times: shape (n, 3, 3)."""
    return np.tile(np.eye(3), (n, 1, 1))


def moved(right: Floats, down: Floats) -> Floats:
    """The content moves by so many pixels."""
    made = matrices(len(right))
    made[:, 0, 2], made[:, 1, 2] = -right, -down
    return made


def scaled(wider: Floats, higher: Floats) -> Floats:
    """The content grows by these factors."""
    made = matrices(len(wider))
    made[:, 0, 0], made[:, 1, 1] = 1 / wider, 1 / higher
    return made


def turned(degrees: Floats) -> Floats:
    """The content turns to the left."""
    made = matrices(len(degrees))
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    made[:, 0, 0] = made[:, 1, 1] = cosine
    made[:, 0, 1], made[:, 1, 0] = -sine, sine
    return made


def slanted(degrees_x: Floats, degrees_y: Floats) -> Floats:
    """The content slants: its upper edge to the right, and its left edge downwards."""
    across, down = matrices(len(degrees_x)), matrices(len(degrees_x))
    across[:, 0, 1] = np.tan(np.radians(degrees_x))
    down[:, 1, 0] = np.tan(np.radians(degrees_y))
    made: Floats = across @ down
    return made


def tilted(corners: Floats, width: float, height: float) -> Floats:
    """The content is seen at an angle: the picture's corners go to other places.

    Args:
        corners: How far each corner moves inwards, as a share of half the side, shape (N, 4, 2), from the upper left
            one clockwise.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.

    Returns:
        The projective map from the result's places to the original's, by the eight equations of the four corners.
    """
    half = np.array([width / 2, height / 2])
    sources = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    places = sources * (1 - corners)
    system = np.zeros((len(corners), 8, 8))
    target = np.zeros((len(corners), 8, 1))
    for corner in range(4):
        x, y = places[:, corner, 0], places[:, corner, 1]
        for axis in range(2):
            row = 2 * corner + axis
            system[:, row, 3 * axis : 3 * axis + 3] = np.stack([x, y, np.ones_like(x)], axis=1)
            system[:, row, 6:] = np.stack([x, y], axis=1) * -sources[corner, axis]
            target[:, row, 0] = sources[corner, axis]
    solved = np.linalg.solve(system, target)[:, :, 0]
    return np.concatenate([solved, np.ones((len(corners), 1))], axis=1).reshape(-1, 3, 3)


def flipped(x: int, y: int) -> Floats:
    """Mirrored in x or y (−1), the same for all: shape (1, 3, 3)."""
    return np.diag([x, y, 1.0])[None]
