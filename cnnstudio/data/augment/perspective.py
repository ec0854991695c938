"""See the picture at an angle."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class Perspective(Geometric):
    """Moves each corner inwards by a distance of its own, as if the picture were seen at an angle."""

    title: ClassVar[str] = "Perspective"
    about: ClassVar[str] = "Each corner moves inwards by its own distance, as if the picture were seen at an angle."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 8
    kind: Literal["perspective"] = "perspective"
    probability: float = probability(0.5)
    strength: float = setting(
        0.3,
        title="Tilt",
        description="How far a corner moves at most, as a share of half the picture's side.",
        ge=0.0,
        le=0.9,
        step=0.05,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return tuple(self.strength * uniforms[:, number] for number in range(8))

    def words(self, drawn: "Floats") -> str:
        return f"tilted by {max(drawn):.0%}"

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        import numpy as np

        from cnnstudio.data.geometry import tilted

        height, width = size
        return tilted(np.stack(columns, axis=1).reshape(-1, 4, 2), width, height)
