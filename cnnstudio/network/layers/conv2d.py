"""Convolution: small filters that slide over the picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, plural, sides_text
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, call_text, layers, unlike
from cnnstudio.network.windows import Pair, Window, pair, pair_argument, pair_text

if TYPE_CHECKING:
    from torch import nn

_TORCH_DEFAULTS: dict[str, object] = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}


@layers.register
class Conv2d(LayerSpec):
    """A 2-D convolution."""

    kind: Literal["conv2d"] = "conv2d"
    title: ClassVar[str] = "Convolution"
    category: ClassVar[Category] = "conv"
    is_weight_layer: ClassVar[bool] = True
    help: ClassVar[str] = (
        "Each filter is a small block of weights that slides over all channels of the input and gives one feature "
        "map: large where the input looks like the filter. The same weights serve every position, so a pattern is "
        "found wherever it is, with few parameters. Stride skips positions and shrinks the map; padding adds a "
        "border of zeros so that it keeps its size."
    )
    filters: int = setting(
        16, title="Filters", description="How many patterns it looks for; each gives a map.", ge=1, le=65536
    )
    kernel: int = setting(
        3, title="Kernel", description="Side of the window that a filter sees.", unit="px", ge=1, le=511
    )
    stride: int = setting(
        1, title="Stride", description="Steps between two positions; 2 halves the sides.", unit="px", ge=1, le=511
    )
    padding: int = setting(
        0, title="Padding", description="Border of zeros added on each side.", unit="px", ge=0, le=511
    )
    kernel_width: int | None = setting(
        None,
        title="Kernel width",
        description="Width of the window where it isn't square, as 7 for 1×7; the kernel is then its height.",
        unit="px",
        ge=1,
        le=511,
        advanced=True,
    )
    stride_width: int | None = setting(
        None,
        title="Stride width",
        description="Steps to the right where they differ from those downwards.",
        unit="px",
        ge=1,
        le=511,
        advanced=True,
    )
    padding_width: int | None = setting(
        None,
        title="Padding width",
        description="Zeros added left and right where they differ from those above and below.",
        unit="px",
        ge=0,
        le=511,
        advanced=True,
    )
    dilation: int = setting(
        1,
        title="Dilation",
        description="Distance between the pixels that a filter looks at; 1 is without holes.",
        unit="px",
        ge=1,
        le=511,
        advanced=True,
    )
    groups: int = setting(
        1,
        title="Groups",
        description="Channels are split into this many separate convolutions; AlexNet used 2.",
        ge=1,
        le=65536,
        advanced=True,
    )
    bias: bool = setting(
        True, title="Bias", description="A learnt constant for each filter; needless before batch normalisation."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        channels, height, width = feature_map(inputs, "A convolution")
        self._check_groups(channels)
        return (self.filters, *self.window(inputs).output_sides(height, width))

    def parameters(self, inputs: Sequence[Shape]) -> int:
        return self._weights(inputs) + (self.filters if self.bias else 0)

    def weight_shape(self, inputs: Sequence[Shape]) -> tuple[int, ...]:
        return (self.filters, inputs[0][0] // self.groups, *self.sides)

    def macs(self, inputs: Sequence[Shape]) -> int:
        _, height, width = self.output_shape(inputs)
        return self._weights(inputs) * height * width

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.Conv2d(
            inputs[0][0],
            self.filters,
            self.sides,
            stride=self.strides,
            padding=self.paddings,
            dilation=self.dilation,
            groups=self.groups,
            bias=self.bias,
        )

    def source(self, inputs: Sequence[Shape]) -> str:
        values: dict[str, object] = {key: getattr(self, key) for key in _TORCH_DEFAULTS}
        values |= {"stride": pair_argument(self.strides), "padding": pair_argument(self.paddings)}
        special = unlike(_TORCH_DEFAULTS, values)
        return call_text("nn.Conv2d", inputs[0][0], self.filters, pair_argument(self.sides), **special)

    @property
    def sides(self) -> Pair:
        """The window's (height, width)."""
        return pair(self.kernel, self.kernel_width)

    @property
    def strides(self) -> Pair:
        """Steps (downwards, to the right)."""
        return pair(self.stride, self.stride_width)

    @property
    def paddings(self) -> Pair:
        """Zeros (above and below, left and right)."""
        return pair(self.padding, self.padding_width)

    @property
    def label(self) -> str:
        parts = [f"{plural(self.filters, 'filter')} {sides_text(*self.sides)}"]
        parts += [f"stride {pair_text(self.strides)}"] if max(self.strides) > 1 else []
        parts += [f"pad {pair_text(self.paddings)}"] if any(self.paddings) else []
        parts += [f"dilation {self.dilation}"] if self.dilation > 1 else []
        parts += [f"{self.groups} groups"] if self.groups > 1 else []
        return ", ".join(parts)

    def formula(self, inputs: Sequence[Shape]) -> str:
        channels, height, width = inputs[0]
        weights = f"{self.sides[0]}·{self.sides[1]}·{channels // self.groups}"
        per_filter = f"({weights} + 1)" if self.bias else weights
        _, out_height, out_width = self.output_shape(inputs)
        return "\n".join(
            [
                self.window(inputs).formula(height, width),
                f"Parameters {per_filter}·{self.filters} = {self.parameters(inputs):,}",
                f"MACs {weights}·{self.filters}·{out_height}·{out_width} = {self.macs(inputs):,}",
            ]
        )

    def window(self, inputs: Sequence[Shape]) -> Window:
        return Window(
            kernel=self.sides,
            stride=self.strides,
            padding=self.paddings,
            dilation=(self.dilation, self.dilation),
        )

    def resized(self, outputs: int) -> LayerSpec:
        return self.replace(filters=outputs, groups=self.groups if outputs % self.groups == 0 else 1)

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        if len(inputs[0]) != 3:
            return None
        channels, height, width = inputs[0]
        if channels % self.groups or self.filters % self.groups:
            return LayerFix("Use 1 group", layer=self.replace(groups=1))
        rooms = [side + 2 * padding for side, padding in zip((height, width), self.paddings, strict=True)]
        extent = self.window(inputs).extent
        if max(extent[0] - rooms[0], extent[1] - rooms[1]) <= 2:
            return self._more_padding()
        kernel = next(k for k in (3, 1) if k <= min(rooms))
        smaller = self.replace(kernel=kernel, kernel_width=None, dilation=1)
        return LayerFix(f"Use a {sides_text(kernel, kernel)} kernel", layer=smaller)

    def _more_padding(self) -> LayerFix:
        width = None if self.padding_width is None else self.padding_width + 1
        padded = self.replace(padding=self.padding + 1, padding_width=width)
        return LayerFix(f"Add padding {pair_text(padded.paddings)}", layer=padded)

    def _weights(self, inputs: Sequence[Shape]) -> int:
        return self.sides[0] * self.sides[1] * (inputs[0][0] // self.groups) * self.filters

    def _check_groups(self, channels: int) -> None:
        for count, what in ((channels, "input channel"), (self.filters, "filter")):
            if count % self.groups:
                raise ShapeError(
                    f"{plural(count, what)} cannot be split into {self.groups} equal groups.",
                    hint=f"Use a number of groups that divides both {channels} and {self.filters}.",
                )
