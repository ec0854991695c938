"""Several geometric operations in one resampling: the batch's pictures, each moved by its own map."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.data.augmentation import Outside
from cnnstudio.data.draws import Floats
from cnnstudio.data.geometry import matrices

if TYPE_CHECKING:
    from torch import Tensor

PADDING = {"mean": "zeros", "black": "zeros", "edge": "border", "mirror": "reflection"}


@dataclass
class Warp:
    """What geometric operations in a row do together to n pictures.

    Each step maps places of its result to places of what it gets, so the last operation's step comes first when a
    place is followed back to the original.
    """

    n: int
    size: tuple[int, int]
    steps: "list[Floats | Tensor]" = field(default_factory=list)
    touched: npt.NDArray[np.bool_] = field(init=False)
    blurred: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.touched, self.blurred = np.zeros(self.n, bool), np.zeros(self.n, bool)

    def add(self, rows: npt.NDArray[np.int64], made: Floats, moves: "Tensor | None", *, is_exact: bool) -> None:
        """Add an operation that some of the pictures get: its matrices, and its displacements if it has any."""
        self.touched[rows] = True
        if not is_exact:
            self.blurred[rows] = True
        step = matrices(self.n)
        step[rows] = made
        if self.steps and isinstance(self.steps[-1], np.ndarray):
            self.steps[-1] = self.steps[-1] @ step
        else:
            self.steps.append(step)
        if moves is not None:
            whole = moves.new_zeros(self.n, *moves.shape[1:])
            whole[_tensor(rows, moves)] = moves
            self.steps.append(whole)

    def apply(self, images: "Tensor", outside: Outside, mean: tuple[float, ...]) -> "Tensor":
        """The pictures, moved; those that only moved by whole pixels keep their exact values.

        Args:
            images: uint8, or float32 from 0 to 1; shape (N, C, H, W).
            outside: What appears beyond the edges.
            mean: Of each channel, 0 to 1.

        Returns:
            uint8 if all values are exact, else float32.
        """
        exact = np.flatnonzero(self.touched & ~self.blurred)
        if len(exact):
            images = put(images, exact, _gathered(images, exact, self._matrix()[exact], outside, mean))
        blurred = np.flatnonzero(self.blurred)
        if len(blurred):
            images = to_unit(images)
            images = put(images, blurred, self._resampled(images, blurred, outside, mean))
        return images

    def _matrix(self) -> Floats:
        """All steps as one matrix; true for pictures without displacements."""
        whole = matrices(self.n)
        for step in self.steps:
            if isinstance(step, np.ndarray):
                whole = whole @ step
        return whole

    def _resampled(
        self, images: "Tensor", rows: npt.NDArray[np.int64], outside: Outside, mean: tuple[float, ...]
    ) -> "Tensor":
        from torch.nn import functional

        chosen = images if len(rows) == len(images) else images[_tensor(rows, images)]
        grid = self._places(rows, images)
        ground = _ground(images, outside, mean)
        if ground is not None:
            chosen = chosen - ground
        moved = functional.grid_sample(chosen, grid, "bilinear", PADDING[outside], align_corners=False)
        return moved if ground is None else moved.add_(ground)

    def _places(self, rows: npt.NDArray[np.int64], like: "Tensor") -> "Tensor":
        """Where each pixel of the result comes from, in grid_sample's units: shape (M, H, W, 2)."""
        import torch
        from torch.nn import functional

        height, width = self.size
        y = (torch.arange(height, device=like.device, dtype=torch.float32) - (height - 1) / 2)[:, None]
        x = (torch.arange(width, device=like.device, dtype=torch.float32) - (width - 1) / 2)[None, :]
        for step in reversed(self.steps):
            if isinstance(step, np.ndarray):
                x, y = _mapped(step[rows], x, y)
            else:
                moves = step[_tensor(rows, like)]
                if x.ndim == 3:
                    grid = torch.stack([x * (2 / width), y * (2 / height)], dim=-1)
                    moves = functional.grid_sample(moves, grid, "bilinear", "border", align_corners=False)
                x, y = x + moves[:, 0], y + moves[:, 1]
        return torch.stack([x * (2 / width), y * (2 / height)], dim=-1)


def to_unit(images: "Tensor") -> "Tensor":
    """Values from 0 to 1: float32."""
    import torch

    return images.to(torch.float32).div_(255) if images.dtype == torch.uint8 else images


def _mapped(steps: Floats, x: "Tensor", y: "Tensor") -> "tuple[Tensor, Tensor]":
    import torch

    entries = torch.from_numpy(steps.astype(np.float32)).to(x.device)[:, :, :, None, None].unbind(1)
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(1) for row in entries)
    new_x, new_y = a * x + b * y + c, d * x + e * y + f
    if not steps[:, 2, :2].any():
        return new_x, new_y
    depth = (g * x + h * y + i).clamp_min(1e-3)
    return new_x / depth, new_y / depth


def _gathered(
    images: "Tensor", rows: npt.NDArray[np.int64], made: Floats, outside: Outside, mean: tuple[float, ...]
) -> "Tensor":
    """Pictures mirrored and moved by whole pixels: each value is copied, none computed."""
    import torch

    height, width = images.shape[2:]
    y, is_in_y = _sources(made[:, 1, 1], made[:, 1, 2], height, outside)
    x, is_in_x = _sources(made[:, 0, 0], made[:, 0, 2], width, outside)
    chosen = images if len(rows) == len(images) else images[_tensor(rows, images)]
    places = torch.from_numpy((y[:, :, None] * width + x[:, None, :]).reshape(len(rows), 1, -1)).to(images.device)
    flat = chosen.reshape(*chosen.shape[:2], -1)
    moved = flat.gather(2, places.expand(-1, flat.shape[1], -1)).reshape(chosen.shape)
    is_inside = is_in_y[:, None, :, None] & is_in_x[:, None, None, :]
    if is_inside.all():
        return moved
    ground = _ground(images, outside, mean)
    assert ground is not None
    fill = ground if moved.is_floating_point() else (ground * 255).round().to(moved.dtype)
    return torch.where(torch.from_numpy(is_inside).to(images.device), moved, fill)


def _sources(
    sign: Floats, shift: Floats, length: int, outside: Outside
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Which row (or column) each one of the result shows, shape (N, length), and whether it is one of the picture."""
    middle = (length - 1) / 2
    places = np.rint(sign[:, None] * (np.arange(length) - middle) + shift[:, None] + middle).astype(np.int64)
    is_inside = (places >= 0) & (places < length)
    if outside == "mirror":
        places = places % (2 * length)
        places = np.minimum(places, 2 * length - 1 - places)
    return places.clip(0, length - 1), is_inside | (outside in ("edge", "mirror"))


def _ground(images: "Tensor", outside: Outside, mean: tuple[float, ...]) -> "Tensor | None":
    """The colour beyond the edges, shape (1, C, 1, 1); None where the picture itself goes on."""
    if outside not in ("mean", "black"):
        return None
    import torch

    values = mean if outside == "mean" else (0.0,) * images.shape[1]
    return torch.tensor(values, dtype=torch.float32, device=images.device).reshape(1, -1, 1, 1)


def put(images: "Tensor", rows: npt.NDArray[np.int64], changed: "Tensor") -> "Tensor":
    """The pictures with those at `rows` replaced; what came in stays as it was."""
    if len(rows) == len(images):
        return changed
    images = images.clone()
    images[_tensor(rows, images)] = changed
    return images


def _tensor(rows: npt.NDArray[np.int64], like: "Tensor") -> "Tensor":
    import torch

    return torch.from_numpy(rows).to(like.device)
