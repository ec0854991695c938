"""A layer, declared once: fields for the form, arithmetic for shapes and counts, and its PyTorch module."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator, SerializeAsAny, ValidationError

from cnnstudio.core.specs import Family, Spec, first_problem
from cnnstudio.network.shapes import Shape, shape_text
from cnnstudio.network.windows import POINTWISE, Window

if TYPE_CHECKING:
    from torch import nn

Category = Literal["input", "conv", "act", "pool", "norm", "fc", "merge"]
CATEGORY_TITLES: dict[Category, str] = {
    "input": "Input and output",
    "conv": "Convolution",
    "act": "Activation",
    "pool": "Pooling and resizing",
    "norm": "Normalisation and dropout",
    "fc": "Fully connected",
    "merge": "Branches",
}


class LayerSpec(Spec):
    """One kind of layer; `inputs` are the shapes that arrive at its ports, without the batch."""

    kind: str
    title: ClassVar[str]
    category: ClassVar[Category]
    help: ClassVar[str]
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    is_weight_layer: ClassVar[bool] = False
    is_end: ClassVar[bool] = False  # an output: what leads here is used

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """The shape that comes out; most layers keep it.

        Raises:
            ShapeError: The inputs don't fit the layer or each other.
        """
        return inputs[0]

    def parameters(self, inputs: Sequence[Shape]) -> int:
        """Numbers that training learns (running means of a normalisation aren't learnt)."""
        return 0

    def weight_shape(self, inputs: Sequence[Shape]) -> tuple[int, ...] | None:
        """The shape of the weights that begin by chance, as PyTorch keeps them; None without such weights."""
        return None

    def macs(self, inputs: Sequence[Shape]) -> int:
        """Multiply–accumulate pairs for one image, of convolutions and linear layers."""
        return 0

    @abstractmethod
    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        """A fresh module, never in place; its `forward` takes one tensor a port."""

    @abstractmethod
    def source(self, inputs: Sequence[Shape]) -> str:
        """The layer as PyTorch code: a module like `nn.ReLU()`, or what `expression` gives for x0, x1, …."""

    def expression(self, names: Sequence[str], inputs: Sequence[Shape]) -> str | None:
        """Layers without a module of their own in PyTorch: the code that computes them from `names`."""
        return None

    @property
    def label(self) -> str:
        """One short line for the box in the graph."""
        return self.title

    def formula(self, inputs: Sequence[Shape]) -> str:
        """How the output's size and the counts come about, with the numbers filled in; may have several lines."""
        return f"The shape stays {shape_text(self.output_shape(inputs))}."

    def window(self, inputs: Sequence[Shape]) -> Window:
        """What one output position sees of the input."""
        return POINTWISE

    def resized(self, outputs: int) -> "LayerSpec | None":
        """The same layer with this many outputs; None where the layer can't choose."""
        return None

    def fix(self, inputs: Sequence[Shape]) -> "LayerFix | None":
        """The obvious cure where `output_shape` raises, if there is one."""
        return None


@dataclass(frozen=True)
class LayerFix:
    """A cure for a layer that doesn't fit: another form of it, or a layer to put before one of its ports."""

    title: str
    layer: LayerSpec | None = None
    before: LayerSpec | None = None
    port: int = 0


layers: Family[LayerSpec] = Family("layer", "cnnstudio.network.layers")


def parse_layer(value: object) -> LayerSpec:
    """A layer from its JSON; the first thing wrong with it, in one sentence, as a ValueError."""
    try:
        return layers.parse(value)
    except ValidationError as failed:
        raise ValueError(problem_sentence(failed).rstrip(".")) from None


def problem_sentence(failed: ValidationError) -> str:
    """The first validation problem as one sentence; one that concerns the whole thing names no field."""
    problem = failed.errors(include_url=False)[0]
    if problem["loc"] and problem["type"] != "value_error":
        return first_problem(failed)
    text = problem["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


if TYPE_CHECKING:
    AnyLayer = LayerSpec
else:
    AnyLayer = Annotated[SerializeAsAny[LayerSpec], BeforeValidator(parse_layer)]


def call_text(name: str, *args: object, **options: object) -> str:
    """PyTorch code of a call, for `source`: call_text("nn.Conv2d", 1, 6, 5, padding=2)."""
    parts = [repr(arg) for arg in args] + [f"{key}={value!r}" for key, value in options.items()]
    return f"{name}({', '.join(parts)})"


def unlike(defaults: dict[str, object], values: dict[str, object]) -> dict[str, object]:
    """The values that differ from PyTorch's defaults: code should say only what is special."""
    return {key: value for key, value in values.items() if value != defaults[key]}
