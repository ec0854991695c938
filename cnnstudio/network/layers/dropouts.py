"""Dropout: parts of the signal switched off at random while training."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map
from cnnstudio.network.spec import Category, LayerSpec, call_text, layers

if TYPE_CHECKING:
    from torch import nn


class _Dropout(LayerSpec):
    category: ClassVar[Category] = "norm"
    torch_name: ClassVar[str]
    rate: float = setting(
        0.5, title="Rate", description="Share that is switched off in each step.", ge=0, le=0.99, step=0.05
    )

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        module: nn.Module = getattr(nn, self.torch_name)(self.rate)
        return module

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text(f"nn.{self.torch_name}", self.rate)

    @property
    def label(self) -> str:
        return f"{self.rate:.0%} off in training"


@layers.register
class Dropout(_Dropout):
    """Switches single numbers off."""

    kind: Literal["dropout"] = "dropout"
    title: ClassVar[str] = "Dropout"
    torch_name: ClassVar[str] = "Dropout"
    help: ClassVar[str] = (
        "Sets a random part of the numbers to zero in each training step and enlarges the rest to make up for it; in "
        "use it does nothing. Units can't rely on one another, which works like training many networks at once and "
        "holds back overfitting, most of all before large linear layers."
    )


@layers.register
class SpatialDropout(_Dropout):
    """Switches whole channels off."""

    kind: Literal["spatial_dropout"] = "spatial_dropout"
    title: ClassVar[str] = "Spatial dropout"
    torch_name: ClassVar[str] = "Dropout2d"
    help: ClassVar[str] = (
        "Sets whole feature maps to zero in each training step. Neighbouring pixels of a map tell almost the same, so "
        "ordinary dropout hides little behind a convolution; dropping the map takes the feature away altogether."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return feature_map(inputs, "Spatial dropout")


@layers.register
class AlphaDropout(_Dropout):
    """Dropout that keeps mean and variance, for SELU."""

    kind: Literal["alpha_dropout"] = "alpha_dropout"
    title: ClassVar[str] = "Alpha dropout"
    torch_name: ClassVar[str] = "AlphaDropout"
    help: ClassVar[str] = (
        "Dropout for networks with SELU: what is switched off gets SELU's lowest value instead of zero, and the result "
        "is scaled so that mean 0 and variance 1 are kept."
    )
