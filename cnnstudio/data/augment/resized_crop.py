"""Cut a random part out and enlarge it to the whole picture."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats

RATIO = 4 / 3


@operations.register
class ResizedCrop(Geometric):
    """Cuts a part of random area (and of width to height from 3 : 4 to 4 : 3) and brings it to the picture's size.

    Source: Szegedy et al. 2014, arXiv:1409.4842, section 6.
    """

    title: ClassVar[str] = "Resized crop"
    about: ClassVar[str] = "Cuts a random part out and enlarges it: things are seen near and far, whole and in part."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 4
    kind: Literal["resized_crop"] = "resized_crop"
    probability: float = probability(1.0)
    strength: float = setting(
        0.65,
        title="Cut away",
        description="At most this share of the picture's area is cut away; 0.92 for the recipes of ImageNet.",
        ge=0.0,
        le=0.95,
        step=0.05,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        import numpy as np

        height, width = size
        area = (1 - self.strength * uniforms[:, 0]) * height * width
        ratio = np.exp(np.log(RATIO) * (2 * uniforms[:, 1] - 1))
        wide = np.minimum(np.sqrt(area * ratio), width)
        high = np.minimum(np.sqrt(area / ratio), height)
        right = (width - wide) * (uniforms[:, 2] - 0.5)
        down = (height - high) * (uniforms[:, 3] - 0.5)
        return width / wide, height / high, right, down

    def words(self, drawn: "Floats") -> str:
        return f"part of {1 / (drawn[0] * drawn[1]):.0%}"

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import moved, scaled

        wider, higher, right, down = columns
        made: Floats = moved(-right, -down) @ scaled(wider, higher)
        return made
