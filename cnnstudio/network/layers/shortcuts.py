"""The parameter-free shortcut of CIFAR ResNets, option A of the paper."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, plural
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, layers
from cnnstudio.network.windows import Window

if TYPE_CHECKING:
    from torch import nn


@layers.register
class ZeroPadShortcut(LayerSpec):
    """Takes every stride-th pixel and fills missing channels with zeros."""

    kind: Literal["zero_pad_shortcut"] = "zero_pad_shortcut"
    title: ClassVar[str] = "Zero-pad shortcut"
    category: ClassVar[Category] = "merge"
    help: ClassVar[str] = (
        "Carries the input past a residual block whose output is smaller and has more channels, without any weights: "
        "it keeps every second pixel and adds channels of zeros. The ResNet paper calls this option A and uses it "
        "for the small networks on CIFAR-10."
    )
    channels: int = setting(32, title="Channels", description="How many channels come out.", ge=1, le=65536)
    stride: int = setting(2, title="Stride", description="Every how many-th pixel is kept.", unit="px", ge=1, le=511)
    place: Literal["around", "after"] = setting(
        "around",
        title="Zeros",
        description="Zero channels half before and half after the others, or all after them.",
        advanced=True,
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        channels, height, width = feature_map(inputs, "A zero-pad shortcut")
        if channels > self.channels:
            raise ShapeError(
                f"{plural(channels, 'channel')} cannot be padded to {self.channels}: there are more already.",
                hint=f"Use at least {channels} channels.",
            )
        return (self.channels, -(-height // self.stride), -(-width // self.stride))

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from cnnstudio.network import modules

        return modules.ZeroPadShortcut(self.stride, *self._zeros(inputs))

    def source(self, inputs: Sequence[Shape]) -> str:
        return self.expression(("x0",), inputs)

    def expression(self, names: Sequence[str], inputs: Sequence[Shape]) -> str:
        x = names[0] if self.stride == 1 else f"{names[0]}[:, :, ::{self.stride}, ::{self.stride}]"
        before, after = self._zeros(inputs)
        return f"nn.functional.pad({x}, (0, 0, 0, 0, {before}, {after}))"

    @property
    def label(self) -> str:
        return f"option A, {self.channels} channels"

    def formula(self, inputs: Sequence[Shape]) -> str:
        before, after = self._zeros(inputs)
        return f"Channels {before} zeros + {inputs[0][0]} + {after} zeros = {self.channels}\nNo parameters"

    def window(self, inputs: Sequence[Shape]) -> Window:
        return Window(stride=(self.stride, self.stride))

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        if len(inputs[0]) != 3:
            return None
        return LayerFix(f"Use {inputs[0][0]} channels", layer=self.replace(channels=inputs[0][0]))

    def _zeros(self, inputs: Sequence[Shape]) -> tuple[int, int]:
        missing = self.channels - inputs[0][0]
        before = missing // 2 if self.place == "around" else 0
        return before, missing - before
