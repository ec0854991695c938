"""Which shape flows out of every layer: pure arithmetic, node by node."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnnstudio.core.errors import ShapeError
from cnnstudio.network.shapes import Shape, plural

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def arity_problem(graph: "NetworkGraph", node_id: str) -> str:
    """Says in words that a node has too few or too many inputs; empty if it has as many as it needs."""
    least, most = graph.node(node_id).layer.arity
    count = len(graph.predecessors(node_id))
    if count >= least and (most is None or count <= most):
        return ""
    title = graph.node(node_id).layer.title
    if count < least:
        return f"{title} needs {plural(least, 'input')} and has {count or 'none'}."
    return f"{title} takes {plural(most, 'input') if most else 'no input'} and has {count}."


def input_shapes(graph: "NetworkGraph", shapes: Mapping[str, Shape], node_id: str) -> tuple[Shape, ...] | None:
    """The shapes that arrive at a node, in port order; None where one isn't known."""
    sources = graph.predecessors(node_id)
    arriving = tuple([shapes[source] for source in sources if source in shapes])
    return arriving if len(arriving) == len(sources) else None


def infer_shapes(graph: "NetworkGraph") -> tuple[dict[str, Shape], dict[str, ShapeError]]:
    """The shape that comes out of each node, and what is wrong where a layer doesn't fit.

    Nodes that wait for a shape that isn't known are in neither.
    """
    shapes: dict[str, Shape] = {}
    errors: dict[str, ShapeError] = {}
    for node_id in graph.flowing():
        inputs = input_shapes(graph, shapes, node_id)
        if inputs is None or arity_problem(graph, node_id):
            continue
        try:
            shapes[node_id] = graph.node(node_id).layer.output_shape(inputs)
        except ShapeError as error:
            errors[node_id] = error
    return shapes, errors
