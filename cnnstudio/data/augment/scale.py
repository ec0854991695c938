"""Larger or smaller, narrower or wider."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class Scale(Geometric):
    """Enlarges or shrinks the picture about its middle, and makes it narrower or wider."""

    title: ClassVar[str] = "Scale"
    about: ClassVar[str] = "Larger or smaller about the middle, and narrower or wider."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 2
    kind: Literal["scale"] = "scale"
    probability: float = probability(0.8)
    strength: float = setting(
        15.0,
        title="Size",
        description="Largest enlargement; it shrinks by the same factor.",
        unit="%",
        ge=0.0,
        le=200.0,
        step=5.0,
    )
    width: float = setting(
        10.0,
        title="Width",
        description="How much wider at most; narrower by the same factor.",
        unit="%",
        ge=0.0,
        le=200.0,
        step=5.0,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        both = (1 + self.strength / 100) ** (2 * uniforms[:, 0] - 1)
        return both * (1 + self.width / 100) ** (2 * uniforms[:, 1] - 1), both

    def words(self, drawn: "Floats") -> str:
        wide, high = drawn
        return f"size {high:.0%}" if abs(wide / high - 1) < 0.005 else f"size {100 * wide:.0f} × {high:.0%}"

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import scaled

        return scaled(*columns)
