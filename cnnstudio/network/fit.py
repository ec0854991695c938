"""Networks made to measure for some data: image shape in, number of classes out."""

from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError
from cnnstudio.network.architectures import architectures
from cnnstudio.network.shapes import Shape, shape_text

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def fit_architecture(name: str, input_shape: Shape | None, classes: int | None) -> "NetworkGraph":
    """An architecture for images of this shape (C, H, W) and so many classes; None is the original's.

    Raises:
        GraphError: There is no such architecture, or the images are too small for it.
    """
    architecture = architectures[name]
    if input_shape is None:
        return architecture.build(classes=classes)
    if len(input_shape) != 3:
        raise GraphError(f"{architecture.title} takes images, not values of shape {shape_text(input_shape)}.")
    channels, height, width = input_shape
    graph = architecture.build(classes=classes, channels=channels, side=min(height, width))
    return graph.with_input(input_shape)


def fit_graph(graph: "NetworkGraph", input_shape: Shape, classes: int) -> "NetworkGraph":
    """The graph with its input and its outputs fitted to the data, as far as it has any; never raises.

    What doesn't fit then (images too small for a kernel, a network without a head) is for `validate` to say.
    """
    try:
        graph = graph.with_input(input_shape)
        return graph.with_classes(classes)
    except GraphError:
        return graph
