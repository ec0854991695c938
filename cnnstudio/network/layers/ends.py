"""Where a network begins and ends: input, output, and the layer that does nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, shape_text, sides_text, vector
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, layers

if TYPE_CHECKING:
    from torch import nn

Answer = Literal["image", "pixel"]


class _PassThrough(LayerSpec):
    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.Identity()

    def source(self, inputs: Sequence[Shape]) -> str:
        return "nn.Identity()"


@layers.register
class Input(_PassThrough):
    """The images as they enter the network."""

    kind: Literal["input"] = "input"
    title: ClassVar[str] = "Input"
    category: ClassVar[Category] = "input"
    arity: ClassVar[tuple[int, int | None]] = (0, 0)
    help: ClassVar[str] = (
        "The images enter here, already resized and normalised: one channel for grey, three for colour. Every "
        "other size in the network follows from this one."
    )
    channels: int = setting(
        1, title="Channels", description="Colour channels of an image: 1 grey, 3 red-green-blue.", ge=1, le=4096
    )
    height: int = setting(32, title="Height", description="Height of an image.", unit="px", ge=1, le=8192)
    width: int = setting(32, title="Width", description="Width of an image.", unit="px", ge=1, le=8192)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (self.channels, self.height, self.width)

    @property
    def label(self) -> str:
        colours = {1: "grey", 3: "RGB"}.get(self.channels, f"{self.channels} channels")
        return f"{sides_text(self.height, self.width)}, {colours}"

    def formula(self, inputs: Sequence[Shape]) -> str:
        return f"Channels × height × width = {shape_text(self.output_shape(inputs))}"


class _Logits(_PassThrough):
    is_end: ClassVar[bool] = True
    category: ClassVar[Category] = "input"

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (vector(inputs, "The output"),)

    @property
    def label(self) -> str:
        return "logits"

    def formula(self, inputs: Sequence[Shape]) -> str:
        return f"{inputs[0][0]:,} logits, one for each class"

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        return LayerFix("Put a global average pool before it", before=layers.parse({"kind": "global_avg_pool"}))


@layers.register
class Output(_Logits):
    """The logits, one number a class."""

    kind: Literal["output"] = "output"
    title: ClassVar[str] = "Output"
    help: ClassVar[str] = (
        "The network's answer: one number for each class, called a logit. Softmax turns the logits into "
        "probabilities; training and the pages that show guesses do that themselves, so the network ends here. A "
        "segmentation network like U-Net answers for each pixel instead, with one map for each class."
    )
    answer: Answer = setting(
        "image",
        title="Answer for",
        description="One answer for the whole image, or one for each pixel (segmentation).",
        advanced=True,
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if self.answer == "pixel":
            return feature_map(inputs, "An output for each pixel")
        return super().output_shape(inputs)

    @property
    def label(self) -> str:
        return "logits of each pixel" if self.answer == "pixel" else super().label

    def formula(self, inputs: Sequence[Shape]) -> str:
        if self.answer == "image":
            return super().formula(inputs)
        return f"{inputs[0][0]:,} logits, one for each class, at {sides_text(*inputs[0][1:])} pixels"

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        if self.answer == "image":
            return super().fix(inputs)
        return LayerFix("Answer for the whole image", layer=self.replace(answer="image"))


@layers.register
class AuxiliaryOutput(_Logits):
    """Logits of a side branch, which only training uses."""

    kind: Literal["aux_output"] = "aux_output"
    title: ClassVar[str] = "Auxiliary output"
    help: ClassVar[str] = (
        "Logits of a side branch in the middle of the network. In training their loss is added with a small weight, so "
        "that early layers get a gradient of their own; in use the branch is left out. GoogLeNet has two."
    )
    weight: float = setting(0.3, title="Weight", description="Factor of its loss in training.", ge=0, le=1, step=0.05)

    @property
    def label(self) -> str:
        return f"logits, weight {self.weight:g}"


@layers.register
class Identity(_PassThrough):
    """Passes everything on unchanged."""

    kind: Literal["identity"] = "identity"
    title: ClassVar[str] = "Identity"
    category: ClassVar[Category] = "merge"
    help: ClassVar[str] = (
        "Does nothing and costs nothing. Useful as a named place to look at, or as a shortcut that carries the "
        "input past a block unchanged."
    )

    @property
    def label(self) -> str:
        return "unchanged"
