"""Left and right change places."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class Mirror(Geometric):
    """Mirrors the picture: right for animals and things, wrong for letters and digits."""

    title: ClassVar[str] = "Mirror"
    about: ClassVar[str] = "Left and right change places: right for animals and things, wrong for letters and digits."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 0
    is_exact: ClassVar[bool] = True
    strength_field: ClassVar[str] = ""
    kind: Literal["mirror"] = "mirror"
    probability: float = probability(0.5)

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return ()

    def words(self, drawn: "Floats") -> str:
        return "mirrored"

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import flipped

        return flipped(-1, 1)
