"""Which layers can be looked at, and which one to look at first."""

from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError, ShapeError
from cnnstudio.network.reach import answering
from cnnstudio.network.validate import validate

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.network.shapes import Shape

# Pooling is left out: it only thins out what a layer before it found. So is the input, which found nothing yet.
LOOKED_AT = ("conv", "act", "norm", "merge")

WHY_DEFAULT = (
    "The last feature maps before pooling or flattening: here a map stands for a whole feature, and still knows "
    "where in the picture it lies."
)


def shapes_of(graph: "NetworkGraph") -> "dict[str, Shape]":
    """The output shape of every node that the answer needs, in the order of the data's way; side heads are left out."""
    shapes, used = validate(graph).shapes, answering(graph)
    return {node: shapes[node] for node in graph.order() if node in shapes and node in used}


def spatial_nodes(graph: "NetworkGraph") -> "dict[str, Shape]":
    """Nodes whose output is a stack of feature maps, (C, H, W), in the order of the data's way."""
    return {node: shape for node, shape in shapes_of(graph).items() if len(shape) == 3}


def default_node(graph: "NetworkGraph") -> str:
    """The last node with feature maps that a convolution made, before pooling or flattening (`WHY_DEFAULT`).

    Its activation is preferred to the convolution itself, because that is what the later layers see.

    Raises:
        ShapeError: No convolution feeds the network's answer.
    """
    shapes = spatial_nodes(graph)
    behind_convolution: set[str] = set()
    found = ""
    for node in graph.order():
        category = graph.node(node).layer.category
        if category == "conv" or behind_convolution.intersection(graph.predecessors(node)):
            behind_convolution.add(node)
            if category in LOOKED_AT and node in shapes and max(shapes[node][1:]) > 1:
                found = node
    if not found:
        raise ShapeError(
            f"'{graph.name}' has no convolution whose feature maps could be looked at.",
            hint="Grad-CAM needs at least one; add a convolution and train again.",
        )
    return found


def require_spatial(graph: "NetworkGraph", node: str | None) -> str:
    """`node` itself (or the default one), if it has feature maps.

    Raises:
        GraphError: There is no such node.
        ShapeError: Its output is a list of numbers, as behind a Flatten.
    """
    if node is None:
        return default_node(graph)
    shapes = shapes_of(graph)
    if node not in shapes:
        raise GraphError(f"'{graph.name}' has no layer '{node}'.", hint=f"It has {', '.join(shapes)}.")
    if len(shapes[node]) != 3:
        numbers = " × ".join(f"{side:,}" for side in shapes[node])
        raise ShapeError(
            f"'{node}' puts out {numbers} numbers without a place in the picture, so there is no map to draw.",
            hint=f"Choose a layer before the Flatten, for example '{default_node(graph)}'.",
        )
    return node
