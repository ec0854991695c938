"""What a worker process does that prepares batches: map the pixels, and draw what it is told."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cnnstudio.core.children import start_child
from cnnstudio.data.distort import Distorter
from cnnstudio.data.spec import PreprocessSpec

if TYPE_CHECKING:
    from cnnstudio.data.loader import Batches

# Beyond its libraries and the mapped pixels: a batch of 256 pictures of 512 × 512 takes 0.8 GB, and steps between.
MEMORY_BYTES = 6_000_000_000
_at_work: "list[Batches]" = []


@dataclass(frozen=True, eq=False)
class Setup:
    """A split and how its batches are made, without torch's tensors: those can't be sent as plain values.

    Args:
        rows: Rows of the pixels that belong to the split, shape (N,).
        labels: int64, shape (N,).
        preprocess: How pixels become numbers.
        size: Images a batch.
        seed: Of the order.
        indices: Places in the data set, shape (N,).
        distorter: Augmentation, if any.
        class_count: Classes there are.
        pixels: uint8, shape (M, C, H, W), if they are in memory.
        path: The file in which they lie otherwise, from byte `offset` on, in `shape`.
    """

    rows: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    preprocess: PreprocessSpec
    size: int
    seed: int
    indices: npt.NDArray[np.int64]
    distorter: Distorter | None
    class_count: int
    pixels: npt.NDArray[np.uint8] | None = None
    path: str = ""
    offset: int = 0
    shape: tuple[int, ...] = ()


def begin(setup: Setup) -> None:
    """Called once in a fresh worker."""
    start_child(MEMORY_BYTES + int(np.prod(setup.shape)), "torch", "cnnstudio.data.loader")
    import torch

    from cnnstudio.data.loader import Batches
    from cnnstudio.data.pixel_store import MappedPixels

    torch.set_num_threads(1)
    mapped = np.memmap(setup.path, np.uint8, "r", setup.offset, setup.shape)
    _at_work[:] = [
        Batches(
            MappedPixels(mapped, setup.rows, torch.device("cpu")),
            torch.from_numpy(setup.labels),
            setup.preprocess,
            setup.size,
            setup.seed,
            torch.from_numpy(setup.indices),
            setup.distorter,
            setup.class_count,
        )
    ]


def prepare(positions: npt.NDArray[np.int64], epoch: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Images and targets of these positions, as the network gets them."""
    import torch

    images, targets = _at_work[0].draw(torch.from_numpy(positions), epoch)
    return images.numpy(), targets.numpy()
