"""Transposed convolution: a convolution that enlarges."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, plural, sides_text
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, call_text, layers, unlike
from cnnstudio.network.windows import Window

if TYPE_CHECKING:
    from torch import nn

_TORCH_DEFAULTS: dict[str, object] = {"stride": 1, "padding": 0, "output_padding": 0, "bias": True}


@layers.register
class ConvTranspose2d(LayerSpec):
    """A 2-D transposed convolution."""

    kind: Literal["conv_transpose2d"] = "conv_transpose2d"
    title: ClassVar[str] = "Transposed convolution"
    category: ClassVar[Category] = "conv"
    is_weight_layer: ClassVar[bool] = True
    help: ClassVar[str] = (
        "A convolution run backwards: each input pixel stamps its filter, weighted, onto a larger map, and stamps that "
        "overlap add up. With stride 2 it doubles height and width, with weights that are learnt; U-Net uses it to get "
        "back to the size of the image. Kernels that the stride doesn't divide leave a checkerboard."
    )
    filters: int = setting(16, title="Filters", description="Number of maps that come out.", ge=1, le=65536)
    kernel: int = setting(
        2, title="Kernel", description="Side of the square that a pixel is stamped onto.", unit="px", ge=1, le=511
    )
    stride: int = setting(
        2, title="Stride", description="Distance between two stamps; 2 doubles the sides.", unit="px", ge=1, le=511
    )
    padding: int = setting(
        0, title="Padding", description="Border that is cut off on each side.", unit="px", ge=0, le=511
    )
    output_padding: int = setting(
        0,
        title="Extra",
        description="Rows and columns added at the lower and right edge; less than the stride.",
        unit="px",
        ge=0,
        le=510,
        advanced=True,
    )
    bias: bool = setting(
        True, title="Bias", description="A learnt constant for each filter; needless before batch normalisation."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        _, height, width = feature_map(inputs, "A transposed convolution")
        if self.output_padding >= self.stride:
            raise ShapeError(
                f"An extra of {self.output_padding} is not less than the stride of {self.stride}.",
                hint=f"Use an extra of at most {self.stride - 1}.",
            )
        sides = (self._side(height), self._side(width))
        if min(sides) < 1:
            raise ShapeError(
                f"A padding of {self.padding} cuts everything off: {sides_text(*sides)} would be left.",
                hint="Use less padding.",
            )
        return (self.filters, *sides)

    def parameters(self, inputs: Sequence[Shape]) -> int:
        return self._weights(inputs) + (self.filters if self.bias else 0)

    def weight_shape(self, inputs: Sequence[Shape]) -> tuple[int, ...]:
        return (inputs[0][0], self.filters, self.kernel, self.kernel)

    def macs(self, inputs: Sequence[Shape]) -> int:
        return self._weights(inputs) * inputs[0][1] * inputs[0][2]

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.ConvTranspose2d(
            inputs[0][0],
            self.filters,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            output_padding=self.output_padding,
            bias=self.bias,
        )

    def source(self, inputs: Sequence[Shape]) -> str:
        special = unlike(_TORCH_DEFAULTS, {key: getattr(self, key) for key in _TORCH_DEFAULTS})
        return call_text("nn.ConvTranspose2d", inputs[0][0], self.filters, self.kernel, **special)

    @property
    def label(self) -> str:
        return f"{plural(self.filters, 'filter')} {sides_text(self.kernel, self.kernel)}, stride {self.stride}"

    def formula(self, inputs: Sequence[Shape]) -> str:
        channels, height, _ = inputs[0]
        weights = f"{self.kernel}·{self.kernel}·{channels}·{self.filters}"
        bias = f" + {self.filters}" if self.bias else ""
        side = f"({height} − 1)·{self.stride} − 2·{self.padding} + {self.kernel} + {self.output_padding}"
        return (
            f"(N − 1)·S − 2P + F + E = {side} = {self._side(height)}\n"
            f"Parameters {weights}{bias} = {self.parameters(inputs):,}\n"
            f"MACs {weights}·{height}·{inputs[0][2]} = {self.macs(inputs):,}"
        )

    def window(self, inputs: Sequence[Shape]) -> Window:
        seen = -(-self.kernel // self.stride)
        before = (self.kernel - 1 - self.padding) // self.stride
        return Window(kernel=(seen, seen), padding=(before, before), zoom=self.stride)

    def resized(self, outputs: int) -> LayerSpec:
        return self.replace(filters=outputs)

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        if len(inputs[0]) != 3:
            return None
        if self.output_padding >= self.stride:
            return LayerFix("Use no extra", layer=self.replace(output_padding=0))
        return LayerFix("Use no padding", layer=self.replace(padding=0))

    def _side(self, side: int) -> int:
        return (side - 1) * self.stride - 2 * self.padding + self.kernel + self.output_padding

    def _weights(self, inputs: Sequence[Shape]) -> int:
        return self.kernel * self.kernel * inputs[0][0] * self.filters
