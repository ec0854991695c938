"""What a network answers: one class for an image, or one for each pixel."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError
from cnnstudio.network.shapes import Shape, sides_text
from cnnstudio.network.validate import require_valid

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def image_classes(graph: "NetworkGraph", task: str, shapes: Mapping[str, Shape] | None = None) -> int:
    """How many classes an image can have.

    Args:
        graph: A sound network.
        task: What is to be done with it: "training".
        shapes: Output shapes by node, if they are at hand already.

    Raises:
        GraphError: The graph has a problem, or it answers for each pixel.
    """
    shapes = require_valid(graph) if shapes is None else shapes
    if reason := pixel_reason(graph, task, shapes):
        raise GraphError(reason, hint="Choose a network that gives one answer for each image.")
    return shapes[graph.of_kind("output")[0].id][0]


def pixel_reason(graph: "NetworkGraph", task: str, shapes: Mapping[str, Shape]) -> str:
    """Says why a segmentation network can't be used for this task; empty for one that answers for each image."""
    answer = shapes[graph.of_kind("output")[0].id]
    if len(answer) == 1:
        return ""
    return (
        f"'{graph.name}' tells a class for each of {sides_text(*answer[1:])} pixels:"
        f" {task} segmentation networks isn't offered yet."
    )
