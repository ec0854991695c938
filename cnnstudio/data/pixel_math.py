"""Arithmetic on a batch of pictures, each with numbers of its own.

Element by element or in whole numbers throughout, never as a matrix product: so a picture's values don't depend on who
else is in its batch. Pictures are float32 from 0 to 1, shape (M, C, H, W).
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.data.draws import Draws, Floats

if TYPE_CHECKING:
    from torch import Tensor

LUMA = (0.2989, 0.587, 0.114)
GREY = 0.5
MEAN_LEVELS = 65_536
BELL_REACH = 3.0


def column(values: Floats, like: "Tensor") -> "Tensor":
    """One number a picture, as float32 of shape (M, 1, 1, 1) on the pictures' device."""
    import torch

    return torch.from_numpy(np.asarray(values, np.float32)).to(like.device).reshape(-1, 1, 1, 1)


def luma(images: "Tensor") -> "Tensor":
    """The pictures in grey, shape (M, 1, H, W), by Rec. 601."""
    if images.shape[1] == 1:
        return images
    red, green, blue = images.unbind(1)
    return (red * LUMA[0] + green * LUMA[1] + blue * LUMA[2]).unsqueeze(1)


def brightness(images: "Tensor", factors: Floats) -> "Tensor":
    """All values times a factor."""
    return (images * column(factors, images)).clamp_(0, 1)


def contrast(images: "Tensor", factors: Floats) -> "Tensor":
    """The distance of all values from the picture's mean grey times a factor."""
    import torch

    # In whole numbers, so that the order of adding doesn't matter.
    levels = (luma(images) * MEAN_LEVELS).to(torch.int32).sum(dim=(1, 2, 3), dtype=torch.int64)
    mean = (levels.double() / (MEAN_LEVELS * images[0, 0].numel())).float().reshape(-1, 1, 1, 1)
    return _away_from(mean, images, factors)


def saturation(images: "Tensor", factors: Floats) -> "Tensor":
    """The distance of all values from the pixel's grey times a factor."""
    return _away_from(luma(images), images, factors)


def _away_from(ground: "Tensor", images: "Tensor", factors: Floats) -> "Tensor":
    factor = column(factors, images)
    return (images * factor + ground * (1 - factor)).clamp_(0, 1)


def hue(images: "Tensor", turns: Floats) -> "Tensor":
    """The colour circle turned by a share of the whole circle; saturation and value stay.

    Source: Smith 1978, "Color gamut transform pairs"; the way back in the form f(n) = V − V·S·max(0, min(k, 4 − k, 1)).
    """
    import torch

    red, green, blue = images.unbind(1)
    value, spread = images.amax(1), images.amax(1) - images.amin(1)
    safe = torch.where(spread == 0, torch.ones_like(spread), spread)
    sector = torch.where(
        value == red,
        (green - blue) / safe,
        torch.where(value == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    sector = sector + column(turns * 6, images)[:, 0]
    channels = []
    for offset in (5, 3, 1):
        k = torch.remainder(sector + offset, 6)
        channels.append(value - spread * torch.minimum(k, 4 - k).clamp_(0, 1))
    return torch.stack(channels, dim=1)


def shifted(images: "Tensor", shifts: Floats) -> "Tensor":
    """A number added to each channel, shape (M, C)."""
    import torch

    added = torch.from_numpy(shifts.astype(np.float32)).to(images.device)
    return (images + added[:, :, None, None]).clamp_(0, 1)


def noisy(images: "Tensor", spreads: Floats, draws: Draws) -> "Tensor":
    """Normally spread noise of its own at each value."""
    noise = draws.normals(images[0].numel(), images.device).reshape(images.shape)
    return (images + noise * column(spreads, images)).clamp_(0, 1)


def blurred(images: "Tensor", spreads: Floats, largest: float) -> "Tensor":
    """Blurred by a Gaussian bell, rows and columns one after the other; edges are mirrored.

    Args:
        images: The pictures.
        spreads: The bell's standard deviation for each, in pixels.
        largest: None is larger; it says how far the sum reaches for all.
    """
    reach = max(1, min(int(np.ceil(BELL_REACH * largest)), min(images.shape[2:]) - 1))
    weights = np.exp(-0.5 * (np.arange(reach + 1) / np.maximum(spreads, 1e-3)[:, None]) ** 2)
    weights /= weights[:, :1] + 2 * weights[:, 1:].sum(axis=1, keepdims=True)
    for axis in (2, 3):
        images = _bell(images, weights, reach, axis)
    return images.clamp_(0, 1)


def _bell(images: "Tensor", weights: Floats, reach: int, axis: int) -> "Tensor":
    from torch.nn import functional

    length = images.shape[axis]
    padding = (reach, reach, 0, 0) if axis == 3 else (0, 0, reach, reach)
    wide = functional.pad(images, padding, mode="reflect")
    total = images * column(weights[:, 0], images)
    for k in range(1, reach + 1):
        both = wide.narrow(axis, reach - k, length) + wide.narrow(axis, reach + k, length)
        total += both * column(weights[:, k], images)
    return total


def grown(images: "Tensor", pixels: Floats) -> "Tensor":
    """Bright parts grown (or shrunk, where negative) by so many pixels, by 3 × 3 maxima; fractions are blended."""
    sign = column(np.where(pixels < 0, -1.0, 1.0), images)
    grown_ones = images * sign
    for step in range(int(np.ceil(np.abs(pixels).max(initial=0)))):
        share = column((np.abs(pixels) - step).clip(0, 1), images)
        grown_ones = grown_ones + (_neighbours_maximum(grown_ones) - grown_ones) * share
    return grown_ones * sign


def _neighbours_maximum(images: "Tensor") -> "Tensor":
    import torch

    for axis in (2, 3):
        last = images.shape[axis] - 1
        result = images.clone()
        for to, frm in ((0, 1), (1, 0)):
            part = result.narrow(axis, to, last)
            torch.maximum(part, images.narrow(axis, frm, last), out=part)
        images = result
    return images


def inside(images: "Tensor", box: tuple[Floats, Floats, Floats, Floats]) -> "Tensor":
    """True within each picture's box (left, top, width, height): shape (M, 1, H, W)."""
    import torch

    left, top, width, height = (column(side, images) for side in box)
    y = torch.arange(images.shape[2], device=images.device).reshape(1, 1, -1, 1)
    x = torch.arange(images.shape[3], device=images.device).reshape(1, 1, 1, -1)
    return (x >= left) & (x < left + width) & (y >= top) & (y < top + height)


def covered(images: "Tensor", box: "tuple[npt.NDArray[np.float64], ...]", fill: str, draws: Draws) -> "Tensor":
    """Each picture's box covered with "grey", "black" or "noise"."""
    left, top, width, height = box
    cover = images.new_full((1, 1, 1, 1), GREY if fill == "grey" else 0.0)
    if fill == "noise":
        cover = (draws.normals(images[0].numel(), images.device).reshape(images.shape) * 0.25 + GREY).clamp_(0, 1)
    return cover.where(inside(images, (left, top, width, height)), images)
