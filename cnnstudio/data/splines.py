"""Smooth random fields: random numbers at the nodes of a coarse net, cubic B-splines between them."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.data.draws import Draws, Floats
from cnnstudio.data.pixel_math import column

if TYPE_CHECKING:
    from torch import Tensor

# Splines average their nodes: of nodes with spread 1 the field keeps 0.5 at a node and 0.46 between two.
KEPT_SPREAD = 0.48


def smooth_field(spreads: Floats, draws: Draws, size: tuple[int, int], spacing_px: float, device: str) -> "Tensor":
    """Displacements in x and y for each pixel: float32, shape (M, 2, H, W), in pixels.

    Args:
        spreads: Standard deviation of each picture's displacements, in pixels.
        draws: Of the pictures.
        size: Height and width.
        spacing_px: Distance between the nodes.
        device: Where the field is made.
    """
    (cells_y, weights_y, nodes_y), (cells_x, weights_x, nodes_x) = (_basis(n, spacing_px, device) for n in size)
    nodes = draws.normals(2 * nodes_y * nodes_x, device).reshape(-1, 2, nodes_y, nodes_x)
    nodes = nodes * column(spreads / KEPT_SPREAD, nodes)
    # Columns first, while there are few rows; then whole rows are copied.
    few = _weighted(nodes, 3, cells_x, weights_x)
    return _weighted(few, 2, cells_y, weights_y[:, :, None])


def _weighted(nodes: "Tensor", axis: int, cells: "Tensor", weights: "Tensor") -> "Tensor":
    """Four neighbours along an axis, each by its weight."""
    total = nodes.index_select(axis, cells) * weights[0]
    for k in range(1, 4):
        total += nodes.index_select(axis, cells + k) * weights[k]
    return total


@lru_cache(maxsize=16)
def _basis(length: int, spacing_px: float, device: str) -> "tuple[Tensor, Tensor, int]":
    """For each pixel the first of its four nodes and their weights, shape (4, length); and the number of nodes."""
    import torch

    places = np.arange(length) / spacing_px
    cells = np.floor(places).astype(np.int64)
    t = places - cells
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]) / 6
    as_tensor = torch.from_numpy(weights.astype(np.float32)).to(device)
    return torch.from_numpy(cells).to(device), as_tensor, int(cells[-1]) + 4
