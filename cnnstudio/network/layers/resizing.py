"""Layers that change a map's size without learning: upsample, crop and pad."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, sides_text
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, call_text, layers
from cnnstudio.network.windows import Window

if TYPE_CHECKING:
    from torch import nn


@layers.register
class Upsample(LayerSpec):
    """A map made larger by copying or blending pixels."""

    kind: Literal["upsample"] = "upsample"
    title: ClassVar[str] = "Upsample"
    category: ClassVar[Category] = "pool"
    help: ClassVar[str] = (
        "Makes a feature map larger without any weights: each pixel becomes a square of equal ones (nearest), or "
        "neighbours are blended (bilinear). A convolution behind it does what a transposed one does, without a "
        "checkerboard."
    )
    scale: int = setting(2, title="Scale", description="How many times larger the sides become.", ge=1, le=64)
    mode: Literal["nearest", "bilinear"] = setting(
        "nearest", title="Pixels", description="Copy the nearest pixel, or blend the four around."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        channels, height, width = feature_map(inputs, "Upsampling")
        return (channels, height * self.scale, width * self.scale)

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.Upsample(scale_factor=self.scale, mode=self.mode)

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text("nn.Upsample", scale_factor=self.scale, mode=self.mode)

    @property
    def label(self) -> str:
        return f"×{self.scale}, {self.mode}"

    def formula(self, inputs: Sequence[Shape]) -> str:
        _, height, width = inputs[0]
        sides = sides_text(height * self.scale, width * self.scale)
        return f"{sides_text(height, width)} times {self.scale} = {sides}\nNo parameters"

    def window(self, inputs: Sequence[Shape]) -> Window:
        if self.mode == "nearest":
            return Window(zoom=self.scale)
        return Window(kernel=(2, 2), padding=(1, 1), zoom=self.scale)


@layers.register
class CropPad(LayerSpec):
    """Zeros added at the edges, or rows and columns cut off."""

    kind: Literal["crop_pad"] = "crop_pad"
    title: ClassVar[str] = "Crop or pad"
    category: ClassVar[Category] = "pool"
    help: ClassVar[str] = (
        "Adds rows and columns of zeros at each edge, or cuts them off where the number is negative. The first U-Net "
        "crops its shortcuts this way, because its convolutions without padding lose the border."
    )
    top: int = setting(0, title="Top", description="Rows added above; negative cuts off.", unit="px", ge=-512, le=512)
    bottom: int = setting(
        0, title="Bottom", description="Rows added below; negative cuts off.", unit="px", ge=-512, le=512
    )
    left: int = setting(
        0, title="Left", description="Columns added on the left; negative cuts off.", unit="px", ge=-512, le=512
    )
    right: int = setting(
        0, title="Right", description="Columns added on the right; negative cuts off.", unit="px", ge=-512, le=512
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        channels, height, width = feature_map(inputs, "Cropping or padding")
        rows_left = height + min(self.top, 0) + min(self.bottom, 0)
        columns_left = width + min(self.left, 0) + min(self.right, 0)
        if rows_left < 1 or columns_left < 1:
            raise ShapeError(
                f"Cutting leaves nothing of the {sides_text(height, width)} feature map.", hint="Cut less off."
            )
        return (channels, height + self.top + self.bottom, width + self.left + self.right)

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.ZeroPad2d((self.left, self.right, self.top, self.bottom))

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text("nn.ZeroPad2d", (self.left, self.right, self.top, self.bottom))

    @property
    def label(self) -> str:
        return f"{self.top:+d} {self.right:+d} {self.bottom:+d} {self.left:+d} px"

    def formula(self, inputs: Sequence[Shape]) -> str:
        _, height, width = inputs[0]
        _, new_height, new_width = self.output_shape(inputs)
        return (
            f"Height {height} {self.top:+d} {self.bottom:+d} = {new_height}\n"
            f"Width {width} {self.left:+d} {self.right:+d} = {new_width}"
        )

    def window(self, inputs: Sequence[Shape]) -> Window:
        return Window(padding=(self.top, self.left))

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        if len(inputs[0]) != 3:
            return None
        return LayerFix("Cut nothing off", layer=self.replace(top=0, bottom=0, left=0, right=0))
