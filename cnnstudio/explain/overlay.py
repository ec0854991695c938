"""Maps as pictures: laid over the image they belong to, or side by side."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cnnstudio.explain.colours import colour_table, colourise

Floats = npt.NDArray[np.floating[Any]]
Bytes = npt.NDArray[np.uint8]

# A dark colour at half opacity would darken the picture around the heat, so the overlay starts above the dark third.
BRIGHT_FROM = 0.4


def heat_overlay(image: Bytes, heat: Floats, opacity: float = 0.7, colours: str = "inferno") -> Bytes:
    """A heat map over a picture; where there is no heat the picture is untouched.

    Args:
        image: Picture, shape (H, W, 1 or 3).
        heat: Map of any size, stretched over the picture; zero and below is no heat, its largest value full heat.
        opacity: How much the hottest place covers the picture, 0 to 1.
        colours: Name of a colour table.

    Returns:
        Colour picture, shape (H, W, 3).
    """
    base = as_rgb(image).astype(np.float32)
    share = upsample(unit_range(heat), base.shape[:2])
    alpha = (np.clip(opacity, 0, 1) * share)[..., None]
    places = BRIGHT_FROM + (1 - BRIGHT_FROM) * share
    colour = colour_table(colours)[np.round(places * 255).astype(np.intp)]
    painted: Bytes = np.round(base * (1 - alpha) + colour * alpha).astype(np.uint8)
    return painted


def heat_picture(heat: Floats, size: tuple[int, int] | None = None, colours: str = "inferno") -> Bytes:
    """The heat map alone, shape (h, w, 3); smooth if `size` asks for more pixels, one a cell otherwise."""
    share = unit_range(heat)
    return colourise(share if size is None else upsample(share, size), colours, 0.0, 1.0)


def unit_range(heat: Floats) -> npt.NDArray[np.float32]:
    """Heat as shares of its largest value, 0 to 1; a map without heat stays 0."""
    positive = np.clip(heat, 0, None)
    largest = float(positive.max(initial=0.0)) or 1.0
    return np.asarray(positive / largest, np.float32)


def upsample(values: npt.NDArray[np.float32], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Stretch a map of shape (h, w) to (H, W), bilinear between the middles of its cells."""
    rows = _weights(values.shape[0], size[0])
    columns = _weights(values.shape[1], size[1])
    return np.asarray(rows @ values @ columns.T, np.float32)


def as_rgb(image: Bytes) -> Bytes:
    """A picture with three channels, from one with one or three (or from a plain (H, W) grey one)."""
    grey = image[..., None] if image.ndim == 2 else image
    return np.repeat(grey, 3, axis=2) if grey.shape[2] == 1 else grey


def _weights(cells: int, pixels: int) -> npt.NDArray[np.float32]:
    # Row p holds how much each cell counts for pixel p; both grids cover the same stretch, edges repeat.
    places = np.clip((np.arange(pixels) + 0.5) * cells / pixels - 0.5, 0, cells - 1)
    distance = np.abs(places[:, None] - np.arange(cells)[None, :])
    return np.asarray(np.clip(1 - distance, 0, None), np.float32)


@dataclass(frozen=True, eq=False)
class Tiles:
    """All maps of a layer in one picture, with a see-through gap between them.

    `image` is RGBA, shape (H, W, 4); `low` and `high` are what the ends of the colour table mean, if all maps share
    one scale.
    """

    image: Bytes
    count: int
    columns: int
    height: int
    width: int
    gap: int
    low: float | None
    high: float | None

    def locate(self, x: int, y: int) -> tuple[int, int, int] | None:
        """Which map, row and column lie at a pixel of the picture; None in a gap or beside the last map."""
        column, inner_x = divmod(x, self.width + self.gap)
        row, inner_y = divmod(y, self.height + self.gap)
        unit = row * self.columns + column
        is_inside = inner_x < self.width and inner_y < self.height and 0 <= column < self.columns
        return (unit, inner_y, inner_x) if is_inside and 0 <= unit < self.count else None


def tile_maps(
    maps: Floats,
    colours: str = "viridis",
    scale: Literal["each", "common"] = "each",
    columns: int | None = None,
    gap: int = 1,
) -> Tiles:
    """All maps of a layer side by side.

    Args:
        maps: Feature maps, shape (C, h, w).
        colours: Name of a colour table; "signed" has zero in its middle.
        scale: "each" stretches every map over the whole table, "common" keeps them comparable.
        columns: Maps in a row; about as many as rows if left out.
        gap: Clear pixels between two maps.
    """
    count, height, width = maps.shape
    across = columns or max(math.ceil(math.sqrt(count)), 1)
    down = math.ceil(count / across)
    coloured, low, high = coloured_maps(maps, colours, scale)
    image = np.zeros((down * (height + gap) - gap, across * (width + gap) - gap, 4), np.uint8)
    for unit in range(count):
        y, x = unit // across * (height + gap), unit % across * (width + gap)
        image[y : y + height, x : x + width, :3] = coloured[unit]
        image[y : y + height, x : x + width, 3] = 255
    return Tiles(image, count, across, height, width, gap, low, high)


def coloured_maps(
    maps: Floats, colours: str, scale: Literal["each", "common"]
) -> tuple[Bytes, float | None, float | None]:
    """Maps as colours, shape (C, h, w, 3), and the range of the colours if all maps share one."""
    if scale == "common":
        low, high = value_range(maps, colours)
        return colourise(maps, colours, low, high), low, high
    ranges = [value_range(one, colours) for one in maps]
    coloured = [colourise(one, colours, *limits) for one, limits in zip(maps, ranges, strict=True)]
    return np.stack(coloured), None, None


def value_range(values: Floats, colours: str) -> tuple[float, float]:
    """What the ends of the colour table mean for these values."""
    if colours == "signed":
        reach = float(np.abs(values).max(initial=0.0)) or 1.0
        return -reach, reach
    return float(values.min()), float(values.max())
