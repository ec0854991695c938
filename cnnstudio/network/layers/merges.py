"""Where branches meet: add and concatenate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import ShapeError
from cnnstudio.network.shapes import Shape, shape_text
from cnnstudio.network.spec import Category, LayerFix, LayerSpec, layers

if TYPE_CHECKING:
    from torch import nn


@layers.register
class Add(LayerSpec):
    """The sum of several branches of equal shape."""

    kind: Literal["add"] = "add"
    title: ClassVar[str] = "Add"
    category: ClassVar[Category] = "merge"
    arity: ClassVar[tuple[int, int | None]] = (2, None)
    help: ClassVar[str] = (
        "Adds branches number by number; their shapes must be equal. In a residual block it adds the shortcut, so "
        "that the layers in between only learn what has to change, and gradients find a way past them: that is what "
        "made networks of 100 layers trainable."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if any(shape != inputs[0] for shape in inputs):
            shapes = " and ".join(dict.fromkeys(shape_text(shape) for shape in inputs))
            raise ShapeError(
                f"Branches of {shapes} cannot be added: the shapes differ.",
                hint="Give all branches the same channels and size, for instance by a 1×1 convolution.",
            )
        return inputs[0]

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from cnnstudio.network import modules

        return modules.Add()

    def source(self, inputs: Sequence[Shape]) -> str:
        return self.expression([f"x{i}" for i in range(len(inputs))], inputs)

    def expression(self, names: Sequence[str], inputs: Sequence[Shape]) -> str:
        return " + ".join(names)

    @property
    def label(self) -> str:
        return "sum of the branches"

    def formula(self, inputs: Sequence[Shape]) -> str:
        return f"{' + '.join(['x'] * len(inputs))}: the shape stays {shape_text(inputs[0])}"

    def fix(self, inputs: Sequence[Shape]) -> LayerFix | None:
        """A 1×1 convolution on the first branch that differs from the last one's shape, if a stride can match it."""
        target = inputs[0]
        for port, shape in enumerate(inputs):
            if shape == target or len(shape) != 3 or len(target) != 3:
                continue
            for port_to_change, small, large in ((port, target, shape), (0, shape, target)):
                stride = -(-large[1] // small[1])
                conv = layers.parse(
                    {"kind": "conv2d", "filters": small[0], "kernel": 1, "stride": stride, "bias": False}
                )
                if conv.output_shape([large]) == small:
                    title = f"Bring port {port_to_change + 1} to {shape_text(small)} by a 1×1 convolution"
                    return LayerFix(title, before=conv, port=port_to_change)
        return None


@layers.register
class Concatenate(LayerSpec):
    """Branches stacked along the channels."""

    kind: Literal["concat"] = "concat"
    title: ClassVar[str] = "Concatenate"
    category: ClassVar[Category] = "merge"
    arity: ClassVar[tuple[int, int | None]] = (2, None)
    help: ClassVar[str] = (
        "Stacks the channels of its branches on top of each other; height and width must be equal. An inception "
        "module joins windows of several sizes this way, and lets the next layer choose among them."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if any(shape[1:] != inputs[0][1:] for shape in inputs):
            shapes = " and ".join(dict.fromkeys(shape_text(shape) for shape in inputs))
            raise ShapeError(
                f"Branches of {shapes} cannot be concatenated: height and width differ.",
                hint="Give all branches the same height and width, by padding or stride.",
            )
        return (sum(shape[0] for shape in inputs), *inputs[0][1:])

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from cnnstudio.network import modules

        return modules.Concatenate()

    def source(self, inputs: Sequence[Shape]) -> str:
        return self.expression([f"x{i}" for i in range(len(inputs))], inputs)

    def expression(self, names: Sequence[str], inputs: Sequence[Shape]) -> str:
        return f"torch.cat(({', '.join(names)}), dim=1)"

    @property
    def label(self) -> str:
        return "channels stacked"

    def formula(self, inputs: Sequence[Shape]) -> str:
        parts = " + ".join(str(shape[0]) for shape in inputs)
        return f"Channels {parts} = {self.output_shape(inputs)[0]}"
