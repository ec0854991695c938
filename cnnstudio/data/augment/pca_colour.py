"""AlexNet's colours: shifts along the directions in which the training images' colours vary."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class PcaColour(PixelOperation):
    """Adds to every pixel Σ αᵢ λᵢ pᵢ, αᵢ normal: eigenvalues λ and eigenvectors p of the training pixels' covariance.

    On values from 0 to 1, as usual since; the paper doesn't say.

    Source: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks",
    section 4.1.
    """

    title: ClassVar[str] = "PCA colour"
    about: ClassVar[str] = "AlexNet's: shifts colours in the directions in which those of the training images vary."
    group: ClassVar[Group] = "Colour"
    draws: ClassVar[int] = 3
    kind: Literal["pca_colour"] = "pca_colour"
    probability: float = probability(1.0)
    strength: float = setting(
        0.1,
        title="Spread",
        description="Standard deviation of each direction's factor; 0.1 in AlexNet.",
        ge=0.0,
        le=3.0,
        step=0.05,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        from cnnstudio.data.draws import normal

        return tuple((self.strength * normal(uniforms)).T)

    def words(self, drawn: "Floats") -> str:
        return "colour " + " ".join(f"{factor:+.2f}" for factor in drawn)

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import shifted

        assert statistics is not None
        return shifted(images, statistics.shifts(columns))
