"""Normalisation of each image by itself, without the batch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, plural, shape_text, value_count
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, call_text, layers, unlike

if TYPE_CHECKING:
    from torch import nn


@layers.register
class LayerNorm(LayerSpec):
    """Mean 0 and variance 1 over each image's own values."""

    kind: Literal["layer_norm"] = "layer_norm"
    title: ClassVar[str] = "Layer norm"
    category: ClassVar[Category] = "norm"
    help: ClassVar[str] = (
        "Brings all values of one image to mean 0 and variance 1, then multiplies and shifts each place by two learnt "
        "numbers. It doesn't look at the rest of the batch, so training and use are the same, and batches may be small."
    )
    eps: float = setting(
        1e-5, title="Epsilon", description="Small number that keeps the division safe.", gt=0, le=1, advanced=True
    )

    def parameters(self, inputs: Sequence[Shape]) -> int:
        return 2 * value_count(inputs[0])

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.LayerNorm(list(inputs[0]), eps=self.eps)

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text("nn.LayerNorm", list(inputs[0]), **unlike({"eps": 1e-5}, {"eps": self.eps}))

    @property
    def label(self) -> str:
        return "over each image"

    def formula(self, inputs: Sequence[Shape]) -> str:
        return (
            "γ·(x − mean) / √(variance + ε) + β, over each image\n"
            f"Parameters 2·({shape_text(inputs[0])}) = {self.parameters(inputs):,}"
        )


@layers.register
class GroupNorm(LayerSpec):
    """Mean 0 and variance 1 over groups of channels of each image."""

    kind: Literal["group_norm"] = "group_norm"
    title: ClassVar[str] = "Group norm"
    category: ClassVar[Category] = "norm"
    help: ClassVar[str] = (
        "Splits the channels into groups and normalises each group of each image by itself. Like batch norm without "
        "the batch: the choice where memory allows only a few images at a time. With one channel a group it is called "
        "instance norm."
    )
    groups: int = setting(8, title="Groups", description="How many groups the channels are split into.", ge=1, le=65536)
    eps: float = setting(
        1e-5, title="Epsilon", description="Small number that keeps the division safe.", gt=0, le=1, advanced=True
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if inputs[0][0] % self.groups:
            raise ShapeError(
                f"{plural(inputs[0][0], 'channel')} cannot be split into {self.groups} equal groups.",
                hint=f"Use a number of groups that divides {inputs[0][0]}.",
            )
        return inputs[0]

    def parameters(self, inputs: Sequence[Shape]) -> int:
        return 2 * inputs[0][0]

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.GroupNorm(self.groups, inputs[0][0], eps=self.eps)

    def source(self, inputs: Sequence[Shape]) -> str:
        special = unlike({"eps": 1e-5}, {"eps": self.eps})
        return call_text("nn.GroupNorm", self.groups, inputs[0][0], **special)

    @property
    def label(self) -> str:
        return plural(self.groups, "group")

    def formula(self, inputs: Sequence[Shape]) -> str:
        return (
            f"{self.groups} groups of {inputs[0][0] // self.groups} channels\n"
            f"Parameters 2·{inputs[0][0]} = {self.parameters(inputs):,}"
        )

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        groups = next(n for n in range(min(self.groups, inputs[0][0]), 0, -1) if inputs[0][0] % n == 0)
        return LayerFix(f"Use {plural(groups, 'group')}", layer=self.replace(groups=groups))
