"""Grain, as in the dark."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class Noise(PixelOperation):
    """Adds a normally spread number of its own to every value."""

    title: ClassVar[str] = "Noise"
    about: ClassVar[str] = "Adds grain to every pixel, as a camera does in the dark."
    group: ClassVar[Group] = "Detail"
    kind: Literal["noise"] = "noise"
    probability: float = probability(0.5)
    strength: float = setting(
        10.0,
        title="Spread",
        description="Largest standard deviation, in grey levels.",
        unit="of 255",
        ge=0.0,
        le=255.0,
        step=5.0,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return (self.strength * uniforms[:, 0],)

    def words(self, drawn: "Floats") -> str:
        return f"noise ±{drawn[0]:.0f}"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import noisy

        return noisy(images, columns[0] / 255, draws)
