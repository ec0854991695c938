"""Out of focus."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class Blur(PixelOperation):
    """Blurs by a Gaussian bell of random width."""

    title: ClassVar[str] = "Blur"
    about: ClassVar[str] = "Blurs the picture, as a lens out of focus does."
    group: ClassVar[Group] = "Detail"
    kind: Literal["blur"] = "blur"
    probability: float = probability(0.2)
    strength: float = setting(
        1.0, title="Width", description="Largest spread of the bell.", unit="px", ge=0.0, le=10.0, step=0.25
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return (self.strength * uniforms[:, 0],)

    def words(self, drawn: "Floats") -> str:
        return f"blurred {drawn[0]:.1f} px"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import blurred

        return blurred(images, columns[0], self.strength)
