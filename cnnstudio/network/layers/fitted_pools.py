"""Pools whose output has the same size whatever comes in: global and adaptive."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, sides_text
from cnnstudio.network.spec import Category, LayerSpec, call_text, layers
from cnnstudio.network.windows import Window

if TYPE_CHECKING:
    from torch import nn


@layers.register
class GlobalAveragePool(LayerSpec):
    """The mean of each whole channel."""

    kind: Literal["global_avg_pool"] = "global_avg_pool"
    title: ClassVar[str] = "Global average pool"
    category: ClassVar[Category] = "pool"
    help: ClassVar[str] = (
        "Averages each channel over the whole map, so that one number a channel is left. It replaces the large "
        "linear layers of older networks, has no weights, works for any image size, and keeps heat maps meaningful: "
        "each channel must respond where its object is. Network in Network introduced it in 2013."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (feature_map(inputs, "A global pool")[0],)

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from cnnstudio.network import modules

        return modules.GlobalAveragePool()

    def source(self, inputs: Sequence[Shape]) -> str:
        return self.expression(("x0",), inputs)

    def expression(self, names: Sequence[str], inputs: Sequence[Shape]) -> str:
        return f"{names[0]}.mean(dim=(2, 3))"

    @property
    def label(self) -> str:
        return "mean of each channel"

    def formula(self, inputs: Sequence[Shape]) -> str:
        channels, height, width = inputs[0]
        return f"{channels} means of {height}·{width} = {height * width:,} values\nNo parameters"

    def window(self, inputs: Sequence[Shape]) -> Window:
        return Window(kernel=(inputs[0][1], inputs[0][2]))


class _AdaptivePool(LayerSpec):
    category: ClassVar[Category] = "pool"
    torch_name: ClassVar[str]
    side: int = setting(7, title="Side", description="Height and width of what comes out.", unit="px", ge=1, le=512)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (feature_map(inputs, "An adaptive pool")[0], self.side, self.side)

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        module: nn.Module = getattr(nn, self.torch_name)(self.side)
        return module

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text(f"nn.{self.torch_name}", self.side)

    @property
    def label(self) -> str:
        return f"to {sides_text(self.side, self.side)}"

    def formula(self, inputs: Sequence[Shape]) -> str:
        _, height, width = inputs[0]
        return f"{sides_text(height, width)} in {self.side}·{self.side} windows\nNo parameters"

    def window(self, inputs: Sequence[Shape]) -> Window:
        height, width = inputs[0][1:]
        largest = (-(-height // self.side), -(-width // self.side))
        return Window(kernel=largest, stride=(height, width), zoom=self.side)


@layers.register
class AdaptiveAveragePool(_AdaptivePool):
    """Means of as many windows as are wanted."""

    kind: Literal["adaptive_avg_pool"] = "adaptive_avg_pool"
    title: ClassVar[str] = "Adaptive average pool"
    torch_name: ClassVar[str] = "AdaptiveAvgPool2d"
    help: ClassVar[str] = (
        "Cuts the map into the wanted number of windows, whatever its size, and takes the mean of each. It lets a "
        "network with linear layers take images of any size, as torchvision's AlexNet and VGG do."
    )


@layers.register
class AdaptiveMaxPool(_AdaptivePool):
    """Largest values of as many windows as are wanted."""

    kind: Literal["adaptive_max_pool"] = "adaptive_max_pool"
    title: ClassVar[str] = "Adaptive max pool"
    torch_name: ClassVar[str] = "AdaptiveMaxPool2d"
    help: ClassVar[str] = (
        "Cuts the map into the wanted number of windows, whatever its size, and keeps the largest value of each, so "
        "that the layers behind it always get the same shape."
    )
