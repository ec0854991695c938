"""Mixup: two pictures shine through each other, and so do their classes."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Mixing, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.draws import Floats


@operations.register
class Mixup(Mixing):
    """λ of one picture and 1 − λ of another, λ drawn from Beta(α, α); the targets are mixed alike.

    Source: Zhang et al. 2017, arXiv:1710.09412, eq. 1.
    """

    title: ClassVar[str] = "Mixup"
    about: ClassVar[str] = "Two pictures shine through each other, and the network is to name both by their shares."
    kind: Literal["mixup"] = "mixup"
    probability: float = probability(1.0)
    strength: float = setting(
        0.2,
        title="Alpha",
        description="Small: nearly one picture alone; 1: any share is equally likely; large: half and half.",
        ge=0.01,
        le=10.0,
        step=0.1,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        from cnnstudio.data.draws import beta

        return (beta(uniforms[:, 0], self.strength),)

    def words(self, drawn: "Floats") -> str:
        return f"mixed {drawn[0]:.0%}"

    def mix(self, images: "Tensor", others: "Tensor", columns: Columns) -> "tuple[Tensor, Floats]":
        from cnnstudio.data.pixel_math import column

        share = column(columns[0], images)
        return others + (images - others) * share, columns[0]
