"""Slant the picture, as handwriting slants."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class Shear(Geometric):
    """Slants the picture: its upper edge goes to one side, its lower to the other."""

    title: ClassVar[str] = "Shear"
    about: ClassVar[str] = "Slants the picture, as handwriting slants."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 2
    kind: Literal["shear"] = "shear"
    probability: float = probability(0.8)
    strength: float = setting(
        15.0,
        title="Angle",
        description="Largest slant of upright lines to either side.",
        unit="°",
        ge=0.0,
        le=60.0,
        step=5.0,
    )
    level: float = setting(
        0.0,
        title="Of level lines",
        description="Largest slant of level lines to either side.",
        unit="°",
        ge=0.0,
        le=60.0,
        step=5.0,
        advanced=True,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return self.strength * (2 * uniforms[:, 0] - 1), self.level * (2 * uniforms[:, 1] - 1)

    def words(self, drawn: "Floats") -> str:
        said = f"slanted {abs(drawn[0]):.0f}° {'right' if drawn[0] > 0 else 'left'}"
        return f"{said}, {abs(drawn[1]):.0f}° {'down' if drawn[1] > 0 else 'up'}" if drawn[1] else said

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import slanted

        return slanted(*columns)
