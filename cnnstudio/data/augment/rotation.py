"""Turn the picture."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class Rotation(Geometric):
    """Turns the picture about its middle."""

    title: ClassVar[str] = "Rotation"
    about: ClassVar[str] = "Turns the picture about its middle, to the left or to the right."
    group: ClassVar[Group] = "Geometry"
    kind: Literal["rotation"] = "rotation"
    probability: float = probability(0.8)
    strength: float = setting(
        15.0, title="Angle", description="Largest angle to either side.", unit="°", ge=0.0, le=180.0, step=5.0
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return (self.strength * (2 * uniforms[:, 0] - 1),)

    def words(self, drawn: "Floats") -> str:
        return f"turned {abs(drawn[0]):.0f}° {'left' if drawn[0] > 0 else 'right'}"

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import turned

        return turned(*columns)
