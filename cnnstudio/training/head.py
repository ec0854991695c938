"""What a network ends in: the layer that makes its answers."""

from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError
from cnnstudio.training.findings import Fix

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

# Lowest and highest number that can come out of an activation at the end.
RANGES = {"softmax": (0.0, 1.0), "sigmoid": (0.0, 1.0), "relu": (0.0, float("inf")), "tanh": (-1.0, 1.0)}


def head_kind(graph: "NetworkGraph") -> str:
    """The kind of the layer before the output; empty if there is none."""
    outputs = graph.of_kind("output")
    before = graph.predecessors(outputs[0].id) if outputs else ()
    return graph.node(before[0]).layer.kind if before else ""


def without_head(graph: "NetworkGraph", kind: str) -> Fix | None:
    """The network without its last layer, if that is of this kind and can be left out."""
    if head_kind(graph) != kind:
        return None
    node = graph.predecessors(graph.of_kind("output")[0].id)[0]
    try:
        return Fix(f"Remove '{node}'", graph=graph.remove([node]))
    except GraphError:
        return None
