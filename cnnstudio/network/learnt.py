"""The layers of a network that hold something to learn."""

from typing import TYPE_CHECKING

from cnnstudio.network.facts import kept
from cnnstudio.network.infer import infer_facts, infer_shapes, input_shapes

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

WeightShape = tuple[int, ...]


def learnt_layers(graph: "NetworkGraph") -> dict[str, WeightShape | None]:
    """Layers with parameters whose shapes are known, in the order of the data's way.

    Returns:
        By the layer's name the shape of its weights, as PyTorch keeps them; None for norms, which begin without chance.
    """
    return kept(graph, "_learnt", lambda: _found(graph))


def _found(graph: "NetworkGraph") -> dict[str, WeightShape | None]:
    shapes, _ = infer_shapes(graph)
    found: dict[str, WeightShape | None] = {}
    for node, facts in infer_facts(graph).items():
        inputs = input_shapes(graph, shapes, node)
        if facts.parameters and inputs is not None:
            found[node] = graph.node(node).layer.weight_shape(inputs)
    return found
