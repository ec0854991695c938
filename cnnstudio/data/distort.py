"""The engine of augmentation: a whole batch at once, each picture with its own draw.

Geometric operations that follow each other are one resampling together; the others change values in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.data.augmentation import AugmentSpec, Columns, Geometric, Mixing, OperationSpec, PixelOperation
from cnnstudio.data.colours import ColourStatistics
from cnnstudio.data.draws import Draws
from cnnstudio.data.phrases import typeset
from cnnstudio.data.policy import Policy
from cnnstudio.data.warp import Warp, put, to_unit

if TYPE_CHECKING:
    from torch import Tensor

Rows = npt.NDArray[np.int64]


@dataclass
class Trace:
    """In words, what was drawn for each picture of a batch."""

    words: list[list[str]] = field(default_factory=list)

    def note(self, operation: OperationSpec, rows: Rows, columns: Columns) -> None:
        """Say what the pictures at `rows` got."""
        for number, row in enumerate(rows.tolist()):
            self.words[row].append(typeset(operation.words(np.array([column[number] for column in columns]))))


@dataclass(frozen=True, eq=False)
class Draw:
    """What one operation drew: the pictures that get it, and their numbers."""

    operation: OperationSpec
    rows: Rows
    columns: Columns
    draws: Draws


@dataclass(frozen=True, eq=False)
class Distorter:
    """Distorts pictures of one data set for one training.

    Args:
        spec: The operations.
        seed: The training's.
        mean: Mean of each channel, 0 to 1: the colour beyond the edges.
        colours: Of the training images; needed by PCA colour alone.
    """

    spec: AugmentSpec
    seed: int
    mean: tuple[float, ...]
    colours: ColourStatistics | None = None

    def distorted(
        self, pixels: "Tensor", indices: "Tensor", epoch: int | Sequence[int], trace: Trace | None = None
    ) -> "Tensor":
        """The pictures as the training gets them, but for the normalisation and for mixing.

        Args:
            pixels: uint8, shape (N, C, H, W), on any device.
            indices: Places in the data set, int64, shape (N,).
            epoch: From 0; one for all, or one for each picture.
            trace: Told what was drawn.

        Returns:
            uint8 where no value was computed, else float32 from 0 to 1.
        """
        images, warp = pixels, Warp(len(pixels), _size(pixels))
        for draw in self._drawn(indices, epoch, _size(pixels), is_mixing=False):
            operation = draw.operation
            if operation.needs_colour and pixels.shape[1] == 1:
                continue
            if trace is not None:
                trace.note(operation, draw.rows, draw.columns)
            if isinstance(operation, Geometric):
                self._bend(warp, operation, draw, images)
                continue
            assert isinstance(operation, PixelOperation)
            images = warp.apply(images, self.spec.outside, self.mean)
            images, warp = self._painted(images, operation, draw), Warp(len(pixels), _size(pixels))
        return warp.apply(images, self.spec.outside, self.mean)

    def mixes(self, indices: "Tensor", epoch: int | Sequence[int], size: tuple[int, int]) -> list[Draw]:
        """Which pictures are mixed with another one, and how; each picture by one operation at most."""
        free = np.ones(len(indices), bool)
        found = []
        for draw in self._drawn(indices, epoch, size, is_mixing=True):
            keep = free[draw.rows]
            rows, columns = draw.rows[keep], tuple(column[keep] for column in draw.columns)
            free[rows] = False
            found.append(Draw(draw.operation, rows, columns, draw.draws.only(np.flatnonzero(keep))))
        return [draw for draw in found if len(draw.rows)]

    def _drawn(
        self, indices: "Tensor", epoch: int | Sequence[int], size: tuple[int, int], *, is_mixing: bool
    ) -> list[Draw]:
        """What each active operation draws, in order; those that nobody gets are left out.

        Not so the geometric ones: how many steps a resampling has must not depend on who is in the batch.
        """
        everybody = Draws.of(self.seed, epoch, indices)
        found = []
        for operation, place in zip(self.spec.active, self.spec.places(), strict=True):
            if isinstance(operation, Mixing) is not is_mixing:
                continue
            draws = everybody.at(place)
            uniforms = draws.uniforms(1 + operation.draws)
            rows = np.flatnonzero(uniforms[:, 0] < operation.probability)
            if len(rows) or isinstance(operation, Geometric):
                found.append(Draw(operation, rows, operation.values(uniforms[rows, 1:], size), draws.only(rows)))
        return found

    def _bend(self, warp: Warp, operation: Geometric, draw: Draw, like: "Tensor") -> None:
        size = _size(like)
        moves = operation.field(draw.columns, draw.draws, size, like)
        warp.add(draw.rows, operation.matrices(draw.columns, size), moves, is_exact=operation.is_exact)

    def _painted(self, images: "Tensor", operation: PixelOperation, draw: Draw) -> "Tensor":
        images = _to_bytes(images) if isinstance(operation, Policy) else to_unit(images)
        is_all = len(draw.rows) == len(images)
        chosen = images if is_all else images[_on(draw.rows, images)]
        return put(images, draw.rows, operation.apply(chosen, draw.columns, draw.draws, self.colours))


def _size(images: "Tensor") -> tuple[int, int]:
    return images.shape[2], images.shape[3]


def _on(rows: Rows, like: "Tensor") -> "Tensor":
    import torch

    return torch.from_numpy(rows).to(like.device)


def _to_bytes(images: "Tensor") -> "Tensor":
    import torch

    return (images * 255).round().to(torch.uint8) if images.is_floating_point() else images
