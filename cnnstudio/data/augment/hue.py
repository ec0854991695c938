"""Other colours: the colour circle turns."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class Hue(PixelOperation):
    """Turns the colour circle: red goes towards yellow or towards violet; grey pictures stay as they are."""

    title: ClassVar[str] = "Hue"
    about: ClassVar[str] = "Turns the colour circle: red goes towards yellow or violet; grey pictures stay as they are."
    group: ClassVar[Group] = "Colour"
    needs_colour: ClassVar[bool] = True
    kind: Literal["hue"] = "hue"
    probability: float = probability(0.5)
    strength: float = setting(
        18.0,
        title="Angle",
        description="Largest turn of the colour circle either way; 120° makes red green or blue.",
        unit="°",
        ge=0.0,
        le=180.0,
        step=5.0,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return (self.strength * (2 * uniforms[:, 0] - 1),)

    def words(self, drawn: "Floats") -> str:
        return f"hue {drawn[0]:+.0f}°"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import hue

        return hue(images, columns[0] / 360)
