"""Pooling: a feature map made smaller."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, sides_text
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, call_text, layers, unlike
from cnnstudio.network.windows import Pair, Window, pair, pair_argument, pair_text

if TYPE_CHECKING:
    from torch import nn


class _Pool(LayerSpec):
    category: ClassVar[Category] = "pool"
    kernel: int = setting(2, title="Window", description="Side of the window.", unit="px", ge=1, le=511)
    stride: int = setting(
        2,
        title="Stride",
        description="Steps between two windows; smaller than the window makes them overlap.",
        unit="px",
        ge=1,
        le=511,
    )
    padding: int = setting(
        0,
        title="Padding",
        description="Border added on each side, at most half the window.",
        unit="px",
        ge=0,
        le=255,
    )
    kernel_width: int | None = setting(
        None,
        title="Window width",
        description="Width of the window where it isn't square; the window's side is then its height.",
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
        description="Border left and right where it differs from that above and below.",
        unit="px",
        ge=0,
        le=255,
        advanced=True,
    )
    ceil: bool = setting(
        False,
        title="Round up",
        description="Keep a last window that hangs over the edge instead of dropping it.",
        advanced=True,
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        channels, height, width = feature_map(inputs, "A pool")
        if self._is_overpadded:
            most = pair_text((self.sides[0] // 2, self.sides[1] // 2))
            raise ShapeError(
                f"A padding of {pair_text(self.paddings)} is more than half the {sides_text(*self.sides)} window.",
                hint=f"Use a padding of at most {most}.",
            )
        return (channels, *self.window(inputs).output_sides(height, width))

    def source(self, inputs: Sequence[Shape]) -> str:
        kernel = pair_argument(self.sides)
        defaults: dict[str, object] = {"stride": kernel, "padding": 0, "ceil_mode": False}
        values: dict[str, object] = {
            "stride": pair_argument(self.strides),
            "padding": pair_argument(self.paddings),
            "ceil_mode": self.ceil,
        }
        return call_text(f"nn.{self._torch_name}", kernel, **unlike(defaults, values))

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
        """Border (above and below, left and right)."""
        return pair(self.padding, self.padding_width)

    @property
    def label(self) -> str:
        parts = [sides_text(*self.sides), f"stride {pair_text(self.strides)}"]
        parts += [f"pad {pair_text(self.paddings)}"] if any(self.paddings) else []
        parts += ["round up"] if self.ceil else []
        return ", ".join(parts)

    def formula(self, inputs: Sequence[Shape]) -> str:
        _, height, width = inputs[0]
        return f"{self.window(inputs).formula(height, width)}\nNo parameters"

    def window(self, inputs: Sequence[Shape]) -> Window:
        return Window(kernel=self.sides, stride=self.strides, padding=self.paddings, ceil=self.ceil)

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        if len(inputs[0]) != 3:
            return None
        if self._is_overpadded:
            padding = min(self.sides) // 2
            return LayerFix(f"Use padding {padding}", layer=self.replace(padding=padding, padding_width=None))
        side = min(inputs[0][1:])
        smaller = self.replace(kernel=side, kernel_width=None, padding=0, padding_width=None)
        return LayerFix(f"Use a {sides_text(side, side)} window", layer=smaller)

    @property
    def _torch_name(self) -> str:
        raise NotImplementedError

    @property
    def _is_overpadded(self) -> bool:
        return any(2 * padding > side for padding, side in zip(self.paddings, self.sides, strict=True))


@layers.register
class MaxPool(_Pool):
    """The largest value of each window."""

    kind: Literal["max_pool"] = "max_pool"
    title: ClassVar[str] = "Max pool"
    help: ClassVar[str] = (
        "Keeps the largest value of each window and drops the rest: a 2×2 window with stride 2 drops 75 % of the "
        "values. The map gets smaller and cheaper, and a pattern may move by a pixel without changing the answer. "
        "It learns nothing and works on each channel by itself."
    )

    @property
    def _torch_name(self) -> str:
        return "MaxPool2d"

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.MaxPool2d(self.sides, stride=self.strides, padding=self.paddings, ceil_mode=self.ceil)


@layers.register
class AveragePool(_Pool):
    """The mean of each window."""

    kind: Literal["avg_pool"] = "avg_pool"
    title: ClassVar[str] = "Average pool"
    help: ClassVar[str] = (
        "Takes the mean of each window, as LeNet-5 did in 1998. The map gets smaller and smoother. Maxima keep "
        "sharp responses better, which is why later networks mostly use max pooling."
    )

    @property
    def _torch_name(self) -> str:
        return "AvgPool2d"

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.AvgPool2d(self.sides, stride=self.strides, padding=self.paddings, ceil_mode=self.ceil)
