"""What a layer answers to what arrives: shape, costs, window. Kept, because an edit changes one layer of hundreds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from cnnstudio.network.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.network.spec import LayerSpec
    from cnnstudio.network.windows import Window

T = TypeVar("T")
# Enough for a few of the largest networks; then it begins anew.
MOST = 20_000


@dataclass(frozen=True, eq=False)
class LayerFacts:
    """One layer with these inputs."""

    output: Shape
    parameters: int
    macs: int
    window: "Window"
    label: str


# By the layer's identity: hashing a layer's settings would take longer than to count it. The layer is kept with its
# answer, so that no other one can get its identity.
_known: "dict[int, tuple[LayerSpec, tuple[Shape, ...], LayerFacts]]" = {}


def layer_facts(layer: "LayerSpec", inputs: tuple[Shape, ...]) -> LayerFacts:
    """What the layer says of these inputs.

    Raises:
        ShapeError: They don't fit.
    """
    found = _known.get(id(layer))
    if found is not None and found[0] is layer and found[1] == inputs:
        return found[2]
    output = layer.output_shape(inputs)
    made = LayerFacts(output, layer.parameters(inputs), layer.macs(inputs), layer.window(inputs), layer.label)
    if len(_known) >= MOST:
        _known.clear()
    _known[id(layer)] = (layer, inputs, made)
    return made


def kept(graph: "NetworkGraph", name: str, make: "Callable[[], T]") -> T:
    """What was computed of a graph before: it never changes, so nor does that."""
    place: Mapping[str, T] = graph.__dict__
    if name not in place:
        graph.__dict__[name] = make()
    return place[name]
