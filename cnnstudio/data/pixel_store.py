"""Where a split's pixels lie: in memory (or on the device), or in an array that is read as it is needed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.streamed import StreamedPixels

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class PixelStore(Protocol):
    """Gives the pixels at some positions of a split."""

    @property
    def device(self) -> "torch.device":
        """Where the pixels go."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a picture: (C, H, W)."""

    @property
    def is_in_memory(self) -> bool:
        """False if reading them may take a while."""

    def take(self, positions: "Tensor") -> "Tensor":
        """uint8, shape (N, C, H, W)."""


@dataclass(frozen=True, eq=False)
class TensorPixels:
    """All of a split's pixels as one tensor."""

    pixels: "Tensor"

    @property
    def device(self) -> "torch.device":
        return self.pixels.device

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.pixels.shape[1:])

    @property
    def is_in_memory(self) -> bool:
        return True

    def take(self, positions: "Tensor") -> "Tensor":
        return self.pixels[positions.to(self.pixels.device)]


@dataclass(frozen=True, eq=False)
class MappedPixels:
    """Some rows of an array that may be larger than the memory, such as a mapped file.

    Args:
        array: uint8, shape (N, C, H, W); gives a new array when it is indexed by numbers.
        rows: Those of the split, in its order.
        device: Where the pixels go.
        ctx: Whoever reads for a job and isn't to read on once it is stopped.
    """

    array: npt.NDArray[np.uint8] | StreamedPixels
    rows: npt.NDArray[np.int64]
    device: "torch.device"
    ctx: JobContext | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape[1:])

    @property
    def is_in_memory(self) -> bool:
        return False

    def take(self, positions: "Tensor") -> "Tensor":
        import torch

        rows = self.rows[positions.cpu().numpy()]
        # Ascending, so that the disk is read in one direction.
        order = np.argsort(rows, kind="stable")
        read = np.empty((len(rows), *self.array.shape[1:]), np.uint8)
        read[order] = self._read(rows[order])
        return torch.from_numpy(read).to(self.device)

    def _read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        if self.ctx is not None and isinstance(self.array, StreamedPixels):
            return self.array.read(rows, self.ctx)
        return self.array[rows]
