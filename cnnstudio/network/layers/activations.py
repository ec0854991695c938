"""Activations: the non-linear step behind a weight layer, applied to each number by itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import Category, LayerSpec, call_text, layers

if TYPE_CHECKING:
    from torch import nn


class _Activation(LayerSpec):
    category: ClassVar[Category] = "act"
    torch_name: ClassVar[str]
    rule: ClassVar[str]

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        module: nn.Module = getattr(nn, self.torch_name)(*self._arguments())
        return module

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text(f"nn.{self.torch_name}", *self._arguments())

    @property
    def label(self) -> str:
        return self.rule

    def formula(self, inputs: Sequence[Shape]) -> str:
        return f"{self.rule}, for each number\n{super().formula(inputs)}"

    def _arguments(self) -> tuple[float, ...]:
        return ()


@layers.register
class ReLU(_Activation):
    """Negative numbers become zero."""

    kind: Literal["relu"] = "relu"
    title: ClassVar[str] = "ReLU"
    torch_name: ClassVar[str] = "ReLU"
    rule: ClassVar[str] = "max(0, x)"
    help: ClassVar[str] = (
        "Sets negative numbers to zero and lets the others through. Its slope is 1 wherever it is active, so "
        "gradients pass through many layers undiminished, and it is cheap; AlexNet trained six times faster with it "
        "than with tanh. A unit that never gets above zero learns nothing more and is called dead."
    )


@layers.register
class LeakyReLU(_Activation):
    """Negative numbers keep a small part."""

    kind: Literal["leaky_relu"] = "leaky_relu"
    title: ClassVar[str] = "Leaky ReLU"
    torch_name: ClassVar[str] = "LeakyReLU"
    rule: ClassVar[str] = "max(αx, x)"
    help: ClassVar[str] = (
        "Like ReLU, but negative numbers are made small instead of zero, so that a unit can't die: there is always "
        "a gradient that may bring it back."
    )
    slope: float = setting(0.01, title="Slope", description="Factor for negative numbers.", ge=0, le=1, step=0.01)

    @property
    def label(self) -> str:
        return f"slope {self.slope:g} below 0"

    def _arguments(self) -> tuple[float, ...]:
        return (self.slope,)


@layers.register
class ELU(_Activation):
    """Smooth below zero, bounded by −α."""

    kind: Literal["elu"] = "elu"
    title: ClassVar[str] = "ELU"
    torch_name: ClassVar[str] = "ELU"
    rule: ClassVar[str] = "x, or α(eˣ − 1) below 0"
    help: ClassVar[str] = (
        "Like ReLU above zero; below, it bends smoothly towards −α. Outputs are closer to zero on average, which "
        "speeds learning, and units can't die; the exponential costs a little more."
    )
    alpha: float = setting(1.0, title="Alpha", description="How far below zero it can go.", gt=0, le=10, step=0.1)

    @property
    def label(self) -> str:
        return f"α = {self.alpha:g}"

    def _arguments(self) -> tuple[float, ...]:
        return (self.alpha,)


@layers.register
class Sigmoid(_Activation):
    """Squeezes numbers between 0 and 1."""

    kind: Literal["sigmoid"] = "sigmoid"
    title: ClassVar[str] = "Sigmoid"
    torch_name: ClassVar[str] = "Sigmoid"
    rule: ClassVar[str] = "1 / (1 + e⁻ˣ)"
    help: ClassVar[str] = (
        "Squeezes every number between 0 and 1. Its slope is at most 0.25, and almost zero for large and small "
        "inputs, so gradients shrink at least fourfold at each layer: deep networks of sigmoids hardly learn."
    )


@layers.register
class Tanh(_Activation):
    """Squeezes numbers between −1 and 1."""

    kind: Literal["tanh"] = "tanh"
    title: ClassVar[str] = "Tanh"
    torch_name: ClassVar[str] = "Tanh"
    rule: ClassVar[str] = "tanh(x)"
    help: ClassVar[str] = (
        "Squeezes every number between −1 and 1, centred on zero; LeNet-5 used it. Its slope is 1 at zero and "
        "vanishes for large and small inputs, so it learns better than the sigmoid and worse than ReLU when deep."
    )
