"""A look at what a training gets: its very tensors, made visible again, each with what was drawn for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import DataError
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.distort import Trace
from cnnstudio.data.feeding import preview_batches

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.spec import PreprocessSpec

SHARE = 0.005


@dataclass(frozen=True, eq=False)
class Preview:
    """Some pictures as a training gets them.

    Args:
        images: The tensors themselves: float32, shape (N, C, H, W).
        targets: int64 class numbers, or float32 shares of the classes, shape (N, classes).
        pictures: The same to look at: uint8, shape (N, H, W, 3).
        words: What was drawn for each, one phrase an operation.
        classes: Of each, with the shares where pictures are mixed: "3" or "3 80 %, 7 20 %".
    """

    images: "Tensor"
    targets: "Tensor"
    pictures: npt.NDArray[np.uint8]
    words: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]


def make_preview(
    dataset: Dataset, augment: AugmentSpec, seed: int, places: Sequence[int], epochs: Sequence[int]
) -> Preview:
    """Draw training pictures.

    Args:
        dataset: Opened.
        augment: How its pictures are distorted.
        seed: The training's.
        places: Of the pictures in the data set; all in the training split.
        epochs: From 0; one for each of them.

    Raises:
        DataError: A picture is not for training.
    """
    import torch

    batches = preview_batches(dataset, augment, seed)
    position_of = {int(place): position for position, place in enumerate(dataset.indices("train"))}
    missing = [place for place in places if place not in position_of]
    if missing:
        raise DataError(f"Picture {missing[0]:,} is not among the training images.", hint="Choose another one.")
    positions = torch.tensor([position_of[place] for place in places])
    trace = Trace([[] for _ in places])
    images, targets = batches.draw(positions, list(epochs), trace)
    return Preview(
        images,
        targets,
        shown(images, dataset.spec.preprocess),
        tuple(tuple(words) for words in trace.words),
        tuple(target_text(target, dataset.classes) for target in targets),
    )


def shown(images: "Tensor", preprocess: "PreprocessSpec") -> npt.NDArray[np.uint8]:
    """Normalised tensors as pictures again: uint8, shape (N, H, W, 3)."""
    import torch

    assert preprocess.mean is not None
    assert preprocess.std is not None
    mean, std = (torch.tensor(values).reshape(1, -1, 1, 1) for values in (preprocess.mean, preprocess.std))
    values = ((images.cpu() * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)
    pictures: npt.NDArray[np.uint8] = values.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()
    return pictures


def target_text(target: "Tensor", classes: Sequence[str]) -> str:
    """A target in words: the class, or the classes with their shares, the largest first."""
    if target.ndim == 0:
        return classes[int(target)]
    shares = sorted(((float(share), number) for number, share in enumerate(target) if share > SHARE), reverse=True)
    if len(shares) == 1:
        return classes[shares[0][1]]
    return ", ".join(f"{classes[number]} {share:.0%}".replace("%", " %") for share, number in shares)
