"""Colour becomes grey."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class Grayscale(PixelOperation):
    """Takes the colour away, by Rec. 601 luma."""

    title: ClassVar[str] = "Greyscale"
    about: ClassVar[str] = "Takes the colour away, so that the shape must do."
    group: ClassVar[Group] = "Colour"
    draws: ClassVar[int] = 0
    needs_colour: ClassVar[bool] = True
    strength_field: ClassVar[str] = ""
    kind: Literal["grayscale"] = "grayscale"
    probability: float = probability(0.1)

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return ()

    def words(self, drawn: "Floats") -> str:
        return "grey"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import luma

        return luma(images).expand_as(images)
