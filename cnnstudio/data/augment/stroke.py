"""Thinner or thicker strokes."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class Stroke(PixelOperation):
    """Grows or shrinks bright (or dark) strokes, as a broad or a fine pen would: grey morphology, 3 × 3."""

    title: ClassVar[str] = "Stroke width"
    about: ClassVar[str] = "Strokes become thicker or thinner, as from a broad or a fine pen."
    group: ClassVar[Group] = "Detail"
    kind: Literal["stroke"] = "stroke"
    probability: float = probability(0.5)
    strength: float = setting(
        1.0,
        title="Width",
        description="How much thicker or thinner at most on each side of a stroke; fractions are blended.",
        unit="px",
        ge=0.0,
        le=5.0,
        step=0.25,
    )
    ink: Literal["bright", "dark"] = setting(
        "bright", title="Ink", description="Whether the strokes are brighter or darker than the ground."
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return (self.strength * (2 * uniforms[:, 0] - 1),)

    def words(self, drawn: "Floats") -> str:
        return f"{'thicker' if drawn[0] > 0 else 'thinner'} {abs(drawn[0]):.1f} px"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        from cnnstudio.data.pixel_math import grown

        return grown(images, columns[0] if self.ink == "bright" else -columns[0])
