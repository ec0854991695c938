"""Batch normalisation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import Category, LayerSpec, call_text, layers, unlike

if TYPE_CHECKING:
    from torch import nn


@layers.register
class BatchNorm(LayerSpec):
    """Mean 0 and variance 1 over the batch, then a learnt scale and shift."""

    kind: Literal["batch_norm"] = "batch_norm"
    title: ClassVar[str] = "Batch norm"
    category: ClassVar[Category] = "norm"
    help: ClassVar[str] = (
        "Brings each channel to mean 0 and variance 1, then multiplies and shifts it by two learnt numbers. In "
        "training it uses the mean and variance of the batch, in use the running ones gathered in training: the two "
        "modes differ. Training becomes faster and bears higher learning rates; a bias right before it is needless."
    )
    eps: float = setting(
        1e-5,
        title="Epsilon",
        description="Small number that keeps the division safe.",
        gt=0,
        le=1,
        advanced=True,
    )
    momentum: float = setting(
        0.1,
        title="Momentum",
        description="Share of a batch's statistics that enters the running ones.",
        gt=0,
        le=1,
        step=0.01,
        advanced=True,
    )

    def parameters(self, inputs: Sequence[Shape]) -> int:
        return 2 * inputs[0][0]

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        norm = nn.BatchNorm2d if len(inputs[0]) == 3 else nn.BatchNorm1d
        return norm(inputs[0][0], eps=self.eps, momentum=self.momentum)

    def source(self, inputs: Sequence[Shape]) -> str:
        name = "nn.BatchNorm2d" if len(inputs[0]) == 3 else "nn.BatchNorm1d"
        special = unlike({"eps": 1e-5, "momentum": 0.1}, {"eps": self.eps, "momentum": self.momentum})
        return call_text(name, inputs[0][0], **special)

    @property
    def label(self) -> str:
        return "over the batch"

    def formula(self, inputs: Sequence[Shape]) -> str:
        return (
            "γ·(x − mean) / √(variance + ε) + β, for each channel\n"
            f"Parameters 2·{inputs[0][0]} = {self.parameters(inputs):,}"
        )
