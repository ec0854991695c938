"""CutMix: a box of another picture is put into this one."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Mixing, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.draws import Floats


@operations.register
class CutMix(Mixing):
    """A box of 1 − λ of the area comes from another picture, λ drawn from Beta(α, α); the targets go by area.

    Source: Yun et al. 2019, arXiv:1905.04899, section 3.1.
    """

    title: ClassVar[str] = "CutMix"
    about: ClassVar[str] = "A box of another picture is put in, and the network is to name both by their areas."
    draws: ClassVar[int] = 3
    kind: Literal["cutmix"] = "cutmix"
    probability: float = probability(0.5)
    strength: float = setting(
        1.0,
        title="Alpha",
        description="Small: a tiny or a huge box; 1: any area is equally likely; large: half of the picture.",
        ge=0.01,
        le=10.0,
        step=0.1,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        import numpy as np

        from cnnstudio.data.draws import beta

        height, width = size
        side = np.sqrt(1 - beta(uniforms[:, 0], self.strength))
        middle = uniforms[:, 1] * width, uniforms[:, 2] * height
        # The box may reach beyond the picture, as in the paper; the share counts what lies inside.
        left, right = (np.rint(middle[0] + sign * side * width / 2).clip(0, width) for sign in (-1, 1))
        top, bottom = (np.rint(middle[1] + sign * side * height / 2).clip(0, height) for sign in (-1, 1))
        share = 1 - (right - left) * (bottom - top) / (width * height)
        return share, left, top, right - left, bottom - top

    def words(self, drawn: "Floats") -> str:
        return f"cut {drawn[3]:.0f} × {drawn[4]:.0f} px, own part {drawn[0]:.0%}"

    def mix(self, images: "Tensor", others: "Tensor", columns: Columns) -> "tuple[Tensor, Floats]":
        from cnnstudio.data.pixel_math import inside

        share, *box = columns
        return others.where(inside(images, tuple(box)), images), share
