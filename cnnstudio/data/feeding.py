"""From an opened data set to the batches of a training, or of its preview: both are made here."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.batch_worker import Setup
from cnnstudio.data.crew import Crew
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.distort import Distorter
from cnnstudio.data.loader import Batches, chunk_images
from cnnstudio.data.pixel_store import MappedPixels, PixelStore

if TYPE_CHECKING:
    import torch
    from torch import Tensor


# A mapped file that is no larger is read as a whole: then no thread has to read ahead and take the processor from the
# steps, and it lies on a GPU from the start.
LOADED_BYTES = 200_000_000


def split_batches(
    dataset: Dataset, split: str, size: int, seed: int, device: "torch.device", ctx: JobContext | None = None
) -> Batches:
    """The batches of a split as it is: for validation.

    Args:
        dataset: Opened.
        split: "train", "val" or "test".
        size: Images a batch.
        seed: Of the order.
        device: Where the pictures go.
        ctx: Checked while files are read for them.
    """
    import torch

    rows = dataset.indices(split)
    labels = torch.from_numpy(dataset.labels[rows]).to(device)
    pixels = _pixels(dataset.pixels, rows, device, ctx)
    return Batches(pixels, labels, dataset.spec.preprocess, size, seed, torch.from_numpy(rows))


def training_batches(
    dataset: Dataset,
    augment: AugmentSpec,
    size: int,
    seed: int,
    device: "torch.device",
    workers: int = 0,
    ctx: JobContext | None = None,
) -> Batches:
    """The batches that a training sees.

    Args:
        dataset: Opened.
        augment: How its pictures are distorted.
        size: Images a batch.
        seed: The training's.
        device: Where it computes; the pictures are distorted there.
        workers: Processes that prepare batches on a CPU; 0 for a thread.
        ctx: Checked while files are read for them.
    """
    from dataclasses import replace

    plain = split_batches(dataset, "train", size, seed, device, ctx)
    distorter = distorter_of(dataset, augment, seed)
    crew = None
    # Pixels that are decoded on demand have processes of their own, and those in memory need none as they are.
    is_array = isinstance(dataset.pixels, np.ndarray)
    can_share = is_array and (distorter is not None or isinstance(plain.pixels, MappedPixels))
    if workers and device.type == "cpu" and can_share:
        setup = _setup(dataset, distorter, size, seed)
        crew = Crew(setup, workers, chunk_images=chunk_images(dataset.pixels.shape))
    is_balanced = augment.sampling == "balanced"
    return replace(plain, distorter=distorter, class_count=len(dataset.classes), crew=crew, is_balanced=is_balanced)


def preview_batches(dataset: Dataset, augment: AugmentSpec, seed: int, split: str = "train") -> Batches:
    """Batches to look at a few pictures as a training gets them, without copying those of the whole split.

    Where pictures are mixed, the others come from this split: from "train", as in the training.
    """
    import torch

    rows = dataset.indices(split)
    return Batches(
        MappedPixels(dataset.pixels, rows, torch.device("cpu")),
        torch.from_numpy(dataset.labels[rows]),
        dataset.spec.preprocess,
        1,
        seed,
        torch.from_numpy(rows),
        distorter_of(dataset, augment, seed),
        len(dataset.classes),
    )


def distorter_of(dataset: Dataset, augment: AugmentSpec, seed: int) -> Distorter | None:
    """What distorts the pictures of this data; None where nothing is to be distorted."""
    if not augment.active:
        return None
    needs_colours = any(operation.kind == "pca_colour" for operation in augment.active)
    mean = dataset.spec.preprocess.mean
    assert mean is not None
    return Distorter(augment, seed, mean, dataset.colours if needs_colours else None)


def _pixels(
    pixels: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64], device: "torch.device", ctx: JobContext | None
) -> "Tensor | PixelStore":
    import torch

    is_small_file = isinstance(pixels, np.memmap) and len(rows) * math.prod(pixels.shape[1:]) <= LOADED_BYTES
    if type(pixels) is np.ndarray or is_small_file:
        return torch.from_numpy(np.asarray(pixels[rows])).to(device)
    return MappedPixels(pixels, rows, device, ctx)


def _setup(dataset: Dataset, distorter: Distorter | None, size: int, seed: int) -> Setup:
    rows, pixels = dataset.indices("train"), dataset.pixels
    where: dict[str, Any] = {"rows": np.arange(len(rows)), "pixels": pixels[rows]}
    # A view of a mapping doesn't know where in the file it begins.
    if isinstance(pixels, np.memmap) and pixels.filename and not isinstance(pixels.base, np.ndarray):
        where = {"rows": rows, "path": str(pixels.filename), "offset": pixels.offset, "shape": pixels.shape}
    return Setup(
        labels=dataset.labels[rows],
        preprocess=dataset.spec.preprocess,
        size=size,
        seed=seed,
        indices=rows,
        distorter=distorter,
        class_count=len(dataset.classes),
        **where,
    )
