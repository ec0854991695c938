"""Move the picture."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class Translation(Geometric):
    """Moves the picture by a share of its size, fractions of a pixel included."""

    title: ClassVar[str] = "Translation"
    about: ClassVar[str] = "Moves the picture by a share of its size, fractions of a pixel included."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 2
    kind: Literal["translation"] = "translation"
    probability: float = probability(0.8)
    strength: float = setting(
        10.0,
        title="Distance",
        description="Largest distance each way, as a share of the picture's side.",
        unit="%",
        ge=0.0,
        le=100.0,
        step=5.0,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        height, width = size
        reach = self.strength / 100
        return reach * width * (2 * uniforms[:, 0] - 1), reach * height * (2 * uniforms[:, 1] - 1)

    def words(self, drawn: "Floats") -> str:
        from cnnstudio.data.phrases import moved_words

        return moved_words(drawn[0], drawn[1])

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import moved

        return moved(*columns)
