"""Cover a part."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats

SMALLEST = 0.02
RATIO = 10 / 3


@operations.register
class Erasing(PixelOperation):
    """Covers a random box with grey or with noise, so that no single part decides.

    Source: Zhong et al. 2017, arXiv:1708.04896, algorithm 1.
    """

    title: ClassVar[str] = "Erasing"
    about: ClassVar[str] = "Covers a random box, so that no single part of the picture decides."
    group: ClassVar[Group] = "Detail"
    draws: ClassVar[int] = 4
    kind: Literal["erasing"] = "erasing"
    probability: float = probability(0.25)
    strength: float = setting(
        33.0,
        title="Area",
        description="Largest share of the picture that is covered.",
        unit="%",
        ge=2.0,
        le=90.0,
        step=1.0,
    )
    fill: Literal["grey", "noise", "black"] = setting(
        "grey", title="Fill", description="What covers the box: middle grey, noise, or black."
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        import numpy as np

        height, width = size
        area = (SMALLEST + (self.strength / 100 - SMALLEST) * uniforms[:, 0]) * height * width
        ratio = np.exp(np.log(RATIO) * (2 * uniforms[:, 1] - 1))
        wide = np.rint(np.sqrt(area * ratio)).clip(1, width)
        high = np.rint(np.sqrt(area / ratio)).clip(1, height)
        left = np.floor(uniforms[:, 2] * (width - wide + 1))
        top = np.floor(uniforms[:, 3] * (height - high + 1))
        return left, top, wide, high

    def words(self, drawn: "Floats") -> str:
        return f"erased {drawn[2]:.0f} × {drawn[3]:.0f} px"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import covered

        return covered(images, columns, self.fill, draws)
