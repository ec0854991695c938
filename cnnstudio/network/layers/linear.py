"""The fully connected layer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, plural, vector
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, call_text, layers

if TYPE_CHECKING:
    from torch import nn


@layers.register
class Linear(LayerSpec):
    """Every input is connected to every output."""

    kind: Literal["linear"] = "linear"
    title: ClassVar[str] = "Linear"
    category: ClassVar[Category] = "fc"
    is_weight_layer: ClassVar[bool] = True
    help: ClassVar[str] = (
        "Fully connected: each unit weighs all inputs, adds them up and adds a bias. At the end of a network it "
        "turns features into one number a class. It takes a vector, so a feature map has to be flattened first, and "
        "most of a classic network's weights lie in the first such layer."
    )
    units: int = setting(10, title="Units", description="How many numbers come out.", ge=1, le=1_000_000)
    bias: bool = setting(True, title="Bias", description="A learnt constant for each unit.")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        vector(inputs, "A linear layer")
        return (self.units,)

    def parameters(self, inputs: Sequence[Shape]) -> int:
        return (inputs[0][0] + (1 if self.bias else 0)) * self.units

    def weight_shape(self, inputs: Sequence[Shape]) -> tuple[int, ...]:
        return (self.units, inputs[0][0])

    def macs(self, inputs: Sequence[Shape]) -> int:
        return inputs[0][0] * self.units

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.Linear(inputs[0][0], self.units, bias=self.bias)

    def source(self, inputs: Sequence[Shape]) -> str:
        options: dict[str, object] = {} if self.bias else {"bias": False}
        return call_text("nn.Linear", inputs[0][0], self.units, **options)

    @property
    def label(self) -> str:
        return plural(self.units, "unit")

    def formula(self, inputs: Sequence[Shape]) -> str:
        weights = f"({inputs[0][0]} + 1)" if self.bias else f"{inputs[0][0]}"
        return (
            f"{inputs[0][0]:,} → {self.units:,}\n"
            f"Parameters {weights}·{self.units} = {self.parameters(inputs):,}\n"
            f"MACs {inputs[0][0]}·{self.units} = {self.macs(inputs):,}"
        )

    def resized(self, outputs: int) -> LayerSpec:
        return self.replace(units=outputs)

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        return LayerFix("Put a Flatten before it", before=layers.parse({"kind": "flatten"}))
