"""The one way from a picture to numbers, used by preview, training, evaluation and classification."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.data.spec import PreprocessSpec

if TYPE_CHECKING:
    from torch import Tensor

MIN_STD = 1 / 255
DECIMALS = 6
STATISTICS_BATCH = 256


def to_pixels(image: np.ndarray, spec: PreprocessSpec) -> np.ndarray:
    """A picture at training size, as the gallery shows it and the network gets it.

    Args:
        image: uint8, shape (H, W) or (H, W, 1) or (H, W, 3), of any size.
        spec: Side, channels and way to resize.

    Returns:
        uint8, shape (C, side, side).
    """
    from PIL import Image

    from cnnstudio.data.resize import to_planes

    is_picture = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3))
    if image.dtype != np.uint8 or not is_picture or 0 in image.shape:
        raise DataError(f"An array of shape {image.shape} and type {image.dtype} is not a picture.")
    plane = image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image
    return to_planes(Image.fromarray(plane), spec.side, spec.channels, spec.resize)


def normalise(pixels: "Tensor", spec: PreprocessSpec) -> "Tensor":
    """(x / 255 − mean) / std in each channel.

    Args:
        pixels: uint8, or float32 from 0 to 1 (as augmentation leaves them); shape (N, C, H, W), on any device.
        spec: With mean and std filled in, as an opened dataset's spec has them.

    Returns:
        float32 of the same shape, on the same device.
    """
    import torch

    if spec.mean is None or spec.std is None:
        raise DataError("The preprocessing has no mean and spread yet.", hint="Open the data first.")
    mean, std = _constants(spec.mean, spec.std, str(pixels.device))
    if pixels.is_floating_point():
        return pixels.sub(mean).div_(std)
    # In place on the one copy: the same operations, a third of the memory traffic.
    return pixels.to(torch.float32).div_(255).sub_(mean).div_(std)


@lru_cache(maxsize=16)
def _constants(mean: tuple[float, ...], std: tuple[float, ...], device: str) -> "tuple[Tensor, Tensor]":
    """Mean and std as tensors of shape (1, C, 1, 1); made once, as each batch needs them."""
    import torch

    made = (torch.tensor(values, dtype=torch.float32, device=device).reshape(1, -1, 1, 1) for values in (mean, std))
    return next(made), next(made)


def measured(pixels: np.ndarray, indices: np.ndarray, spec: PreprocessSpec) -> PreprocessSpec:
    """The spec with mean and std of some pictures filled in, where they aren't given.

    Args:
        pixels: uint8, shape (N, C, H, W).
        indices: Positions of the training split.
        spec: What is given already stays.
    """
    if spec.mean is not None and spec.std is not None:
        return spec
    mean, std = channel_statistics(pixels, indices)
    return spec.replace(mean=spec.mean or mean, std=spec.std or std)


def channel_statistics(pixels: np.ndarray, indices: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel over the pictures at `indices`, on the scale 0 to 1.

    From counts of the 256 levels: exact whatever the order of the images, without a float copy of them.
    """
    counts = np.zeros((pixels.shape[1], 256), np.int64)
    for start in range(0, len(indices), STATISTICS_BATCH):
        batch = pixels[indices[start : start + STATISTICS_BATCH]]
        for channel in range(pixels.shape[1]):
            counts[channel] += np.bincount(batch[:, channel].ravel(), minlength=256)
    levels = np.arange(256) / 255
    total = np.maximum(1, counts.sum(axis=1))
    means = counts @ levels / total
    variances = (counts * (levels[None, :] - means[:, None]) ** 2).sum(axis=1) / total
    # A constant channel has no spread; one grey level keeps the division harmless.
    stds = np.maximum(np.sqrt(variances), MIN_STD)
    return rounded(means), rounded(stds)


def rounded(values: Iterable[float]) -> tuple[float, ...]:
    """Statistics as specs keep them, to six digits."""
    return tuple(round(float(value), DECIMALS) for value in values)
