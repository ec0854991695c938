"""Top and bottom change places."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class VerticalFlip(Geometric):
    """Turns the picture upside down by a flip: for views from above, such as cells and satellite pictures."""

    title: ClassVar[str] = "Vertical flip"
    about: ClassVar[str] = "Top and bottom change places: for views from above, such as cells or satellite pictures."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 0
    is_exact: ClassVar[bool] = True
    strength_field: ClassVar[str] = ""
    kind: Literal["vertical_flip"] = "vertical_flip"
    probability: float = probability(0.5)

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return ()

    def words(self, drawn: "Floats") -> str:
        return "flipped"

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import flipped

        return flipped(1, -1)
