"""Receptive fields: which pixels of the image one output position can see."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnstudio.network.windows import POINTWISE, Window

Place = tuple[float, float]


@dataclass(frozen=True)
class ReceptiveField:
    """The part of the image behind one position of a feature map; each pair is (height, width), in pixels.

    Args:
        size: Sides of the field; it may be larger than the image.
        stride: How far the field moves from one position to the next.
        start: Upper left corner of the first position's field; negative where it begins in the padding.
    """

    size: Place = (1, 1)
    stride: Place = (1, 1)
    start: Place = (0, 0)

    @property
    def text(self) -> str:
        """The size as people write it: "17 × 17"."""
        return f"{self.size[0]:g} × {self.size[1]:g}"

    def at(self, row: int, column: int) -> tuple[float, float, float, float]:
        """The field of one position as (top, left, height, width)."""
        top = self.start[0] + row * self.stride[0]
        return top, self.start[1] + column * self.stride[1], *self.size

    def through(self, window: Window) -> "ReceptiveField":
        """The field behind a layer with this window."""
        if window is POINTWISE:
            return self
        grown, moved, begun = [], [], []
        for axis in (0, 1):
            stride = self.stride[axis]
            grown.append(self.size[axis] + (window.extent[axis] - 1) * stride)
            moved.append(stride * window.stride[axis] / window.zoom)
            begun.append(self.start[axis] - window.padding[axis] * stride)
        return ReceptiveField((grown[0], grown[1]), (moved[0], moved[1]), (begun[0], begun[1]))


def joined(fields: Sequence[ReceptiveField]) -> ReceptiveField:
    """The smallest field that covers those of several branches."""
    if len(fields) == 1:
        return fields[0]
    sizes, strides, starts = [], [], []
    for axis in (0, 1):
        start = min(field.start[axis] for field in fields)
        end = max(field.start[axis] + field.size[axis] for field in fields)
        sizes.append(end - start)
        strides.append(max(field.stride[axis] for field in fields))
        starts.append(start)
    return ReceptiveField((sizes[0], sizes[1]), (strides[0], strides[1]), (starts[0], starts[1]))
