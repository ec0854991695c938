"""From a feature map to a vector."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.network.shapes import Shape, shape_text, value_count
from cnnstudio.network.spec import Category, LayerSpec, layers
from cnnstudio.network.windows import POINTWISE, Window

if TYPE_CHECKING:
    from torch import nn


@layers.register
class Flatten(LayerSpec):
    """Writes all values of a feature map into one row."""

    kind: Literal["flatten"] = "flatten"
    title: ClassVar[str] = "Flatten"
    category: ClassVar[Category] = "fc"
    help: ClassVar[str] = (
        "Writes all numbers of a feature map one after the other into a vector, channel by channel, so that a "
        "linear layer can take them. Nothing is computed or lost but the arrangement in the plane."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (value_count(inputs[0]),)

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.Flatten()

    def source(self, inputs: Sequence[Shape]) -> str:
        return "nn.Flatten()"

    @property
    def label(self) -> str:
        return "to a vector"

    def formula(self, inputs: Sequence[Shape]) -> str:
        return f"{shape_text(inputs[0])} = {value_count(inputs[0]):,} values"

    def window(self, inputs: Sequence[Shape]) -> Window:
        return Window(kernel=(inputs[0][1], inputs[0][2])) if len(inputs[0]) == 3 else POINTWISE
