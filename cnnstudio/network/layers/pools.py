"""Pooling: a feature map made smaller."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, sides_text
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, call_text, layers, unlike
from cnnstudio.network.windows import Window

if TYPE_CHECKING:
    from torch import nn


class _Pool(LayerSpec):
    category: ClassVar[Category] = "pool"
    kernel: int = setting(2, title="Window", description="Side of the square window.", unit="px", ge=1, le=511)
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
    ceil: bool = setting(
        False,
        title="Round up",
        description="Keep a last window that hangs over the edge instead of dropping it.",
        advanced=True,
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        channels, height, width = feature_map(inputs, "A pool")
        if 2 * self.padding > self.kernel:
            raise ShapeError(
                f"A padding of {self.padding} is more than half the {sides_text(self.kernel, self.kernel)} window.",
                hint=f"Use a padding of at most {self.kernel // 2}.",
            )
        return (channels, *self.window(inputs).output_sides(height, width))

    def source(self, inputs: Sequence[Shape]) -> str:
        defaults: dict[str, object] = {"stride": self.kernel, "padding": 0, "ceil_mode": False}
        return call_text(f"nn.{self._torch_name}", self.kernel, **unlike(defaults, self._options()))

    @property
    def label(self) -> str:
        parts = [sides_text(self.kernel, self.kernel), f"stride {self.stride}"]
        parts += [f"pad {self.padding}"] if self.padding else []
        parts += ["round up"] if self.ceil else []
        return ", ".join(parts)

    def formula(self, inputs: Sequence[Shape]) -> str:
        _, height, width = inputs[0]
        return f"{self.window(inputs).formula(height, width)}\nNo parameters"

    def window(self, inputs: Sequence[Shape]) -> Window:
        return Window(
            kernel=(self.kernel, self.kernel),
            stride=(self.stride, self.stride),
            padding=(self.padding, self.padding),
            ceil=self.ceil,
        )

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        if len(inputs[0]) != 3:
            return None
        if 2 * self.padding > self.kernel:
            return LayerFix(f"Use padding {self.kernel // 2}", layer=self.replace(padding=self.kernel // 2))
        side = min(inputs[0][1:])
        return LayerFix(f"Use a {sides_text(side, side)} window", layer=self.replace(kernel=side, padding=0))

    @property
    def _torch_name(self) -> str:
        raise NotImplementedError

    def _options(self) -> dict[str, object]:
        return {"stride": self.stride, "padding": self.padding, "ceil_mode": self.ceil}


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

        return nn.MaxPool2d(self.kernel, stride=self.stride, padding=self.padding, ceil_mode=self.ceil)


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

        return nn.AvgPool2d(self.kernel, stride=self.stride, padding=self.padding, ceil_mode=self.ceil)
