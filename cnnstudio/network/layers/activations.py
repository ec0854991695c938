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


@layers.register
class SELU(_Activation):
    """An ELU scaled so that signals keep mean 0 and variance 1."""

    kind: Literal["selu"] = "selu"
    title: ClassVar[str] = "SELU"
    torch_name: ClassVar[str] = "SELU"
    rule: ClassVar[str] = "1.051·ELU with α 1.673"
    help: ClassVar[str] = (
        "An ELU whose two constants are chosen so that numbers of mean 0 and variance 1 stay so from layer to layer: "
        "it normalises without batch norm. It needs weights drawn as LeCun did, and alpha dropout instead of dropout."
    )


@layers.register
class GELU(_Activation):
    """A smooth ReLU."""

    kind: Literal["gelu"] = "gelu"
    title: ClassVar[str] = "GELU"
    torch_name: ClassVar[str] = "GELU"
    rule: ClassVar[str] = "x·Φ(x)"
    help: ClassVar[str] = (
        "Multiplies each number by the probability that a normally distributed one is smaller: like ReLU, but smooth, "
        "and slightly negative just below zero. Transformers and recent convolutional networks use it."
    )


@layers.register
class PReLU(_Activation):
    """A leaky ReLU that learns its slope."""

    kind: Literal["prelu"] = "prelu"
    title: ClassVar[str] = "PReLU"
    torch_name: ClassVar[str] = "PReLU"
    rule: ClassVar[str] = "max(ax, x), a learnt"
    help: ClassVar[str] = (
        "A leaky ReLU whose slope below zero is learnt, one for each channel or one for all. It was the first to beat "
        "the human error of about 5 % on ImageNet, together with He's initialisation."
    )
    per_channel: bool = setting(
        True, title="Per channel", description="Learn one slope for each channel instead of one for all."
    )

    def parameters(self, inputs: Sequence[Shape]) -> int:
        return inputs[0][0] if self.per_channel else 1

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.PReLU(self.parameters(inputs))

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text("nn.PReLU", *([inputs[0][0]] if self.per_channel else []))

    def formula(self, inputs: Sequence[Shape]) -> str:
        return f"{super().formula(inputs)}\nParameters {self.parameters(inputs):,}"


@layers.register
class Softmax(_Activation):
    """Positive numbers that add up to 1."""

    kind: Literal["softmax"] = "softmax"
    title: ClassVar[str] = "Softmax"
    torch_name: ClassVar[str] = "Softmax"
    rule: ClassVar[str] = "eˣ / Σ eˣ over the channels"
    help: ClassVar[str] = (
        "Turns numbers into probabilities: all positive, and 1 together. Leave it out before the output, because "
        "training and prediction apply it themselves, and twice is too much; inside a network it can weigh branches."
    )

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.Softmax(dim=1)

    def source(self, inputs: Sequence[Shape]) -> str:
        return "nn.Softmax(dim=1)"
