"""Richer or paler colours."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class Saturation(PixelOperation):
    """Makes colours richer or paler; grey pictures stay as they are."""

    title: ClassVar[str] = "Saturation"
    about: ClassVar[str] = "Makes colours richer or paler; grey pictures stay as they are."
    group: ClassVar[Group] = "Colour"
    needs_colour: ClassVar[bool] = True
    kind: Literal["saturation"] = "saturation"
    probability: float = probability(0.8)
    strength: float = setting(
        40.0,
        title="Change",
        description="Largest change of saturation either way.",
        unit="%",
        ge=0.0,
        le=100.0,
        step=5.0,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return (1 + self.strength / 100 * (2 * uniforms[:, 0] - 1),)

    def words(self, drawn: "Floats") -> str:
        return f"saturation {drawn[0]:.0%}"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import saturation

        return saturation(images, columns[0])
