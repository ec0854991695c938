"""Shapes of what flows between layers, without the batch: (C, H, W) for feature maps, (features,) for vectors."""

import math
from collections.abc import Sequence

from cnnstudio.core.errors import ShapeError

Shape = tuple[int, ...]


def shape_text(shape: Shape) -> str:
    """The shape as people write it: "6 × 28 × 28", or "120" for a vector."""
    return " × ".join(f"{side:,}" for side in shape)


def sides_text(height: int, width: int) -> str:
    """A size in the plane: "5×5"."""
    return f"{height}×{width}"


def value_count(shape: Shape) -> int:
    """How many numbers a shape holds."""
    return math.prod(shape)


def plural(count: int, noun: str) -> str:
    """The count with its noun: "1 channel", "64 channels"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def feature_map(inputs: Sequence[Shape], layer: str) -> tuple[int, int, int]:
    """The one input as (C, H, W).

    Raises:
        ShapeError: It is a vector; `layer` is named.
    """
    shape = inputs[0]
    if len(shape) != 3:
        raise ShapeError(
            f"{layer} needs a feature map (channels × height × width) but gets a vector of {shape_text(shape)} values.",
            hint="Put it before the layer that flattens, or take that layer out.",
        )
    return shape[0], shape[1], shape[2]


def vector(inputs: Sequence[Shape], layer: str) -> int:
    """The length of the one input, which has to be a vector.

    Raises:
        ShapeError: It is a feature map; `layer` is named.
    """
    shape = inputs[0]
    if len(shape) != 1:
        raise ShapeError(
            f"{layer} needs a vector but gets a feature map of {shape_text(shape)}.",
            hint="Put a Flatten or a global pool before it.",
        )
    return shape[0]
