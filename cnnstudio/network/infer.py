"""Which shape flows out of every layer: pure arithmetic, node by node."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnnstudio.core.errors import ShapeError
from cnnstudio.network.facts import LayerFacts, kept, layer_facts
from cnnstudio.network.shapes import Shape, plural

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def arity_problem(graph: "NetworkGraph", node_id: str) -> str:
    """Says in words that a node has too few or too many inputs; empty if it has as many as it needs."""
    least, most = graph.node(node_id).layer.arity
    count = len(graph.predecessors(node_id))
    if _is_enough((least, most), count):
        return ""
    title = graph.node(node_id).layer.title
    if count < least:
        return f"{title} needs {plural(least, 'input')} and has {count or 'none'}."
    return f"{title} takes {plural(most, 'input') if most else 'no input'} and has {count}."


def _is_enough(arity: tuple[int, int | None], count: int) -> bool:
    least, most = arity
    return count >= least and (most is None or count <= most)


def input_shapes(graph: "NetworkGraph", shapes: Mapping[str, Shape], node_id: str) -> tuple[Shape, ...] | None:
    """The shapes that arrive at a node, in port order; None where one isn't known."""
    sources = graph.predecessors(node_id)
    arriving = tuple([shapes[source] for source in sources if source in shapes])
    return arriving if len(arriving) == len(sources) else None


def infer_shapes(graph: "NetworkGraph") -> tuple[dict[str, Shape], dict[str, ShapeError]]:
    """The shape that comes out of each node, and what is wrong where a layer doesn't fit.

    Nodes that wait for a shape that isn't known are in neither.
    """
    shapes, errors, _ = kept(graph, "_inferred", lambda: _inferred(graph))
    return dict(shapes), dict(errors)


def infer_facts(graph: "NetworkGraph") -> Mapping[str, LayerFacts]:
    """Shape and costs of each node whose shape is known, in the order of the data's way."""
    return kept(graph, "_inferred", lambda: _inferred(graph))[2]


def _inferred(graph: "NetworkGraph") -> tuple[dict[str, Shape], dict[str, ShapeError], dict[str, LayerFacts]]:
    shapes: dict[str, Shape] = {}
    facts: dict[str, LayerFacts] = {}
    errors: dict[str, ShapeError] = {}
    for node_id in graph.flowing():
        inputs = input_shapes(graph, shapes, node_id)
        layer = graph.node(node_id).layer
        if inputs is None or not _is_enough(layer.arity, len(inputs)):
            continue
        try:
            facts[node_id] = found = layer_facts(layer, inputs)
            shapes[node_id] = found.output
        except ShapeError as error:
            errors[node_id] = error
    return shapes, errors, facts
