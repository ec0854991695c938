"""What the convolutions have learnt: their kernels, as numbers and as pictures."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import ShapeError
from cnnstudio.explain.nodes import shapes_of

if TYPE_CHECKING:
    from cnnstudio.network.compile import Network
    from cnnstudio.network.graph import NetworkGraph

Floats = npt.NDArray[np.float32]
RGB = 3


def filter_nodes(graph: "NetworkGraph") -> tuple[str, ...]:
    """The convolutions, in the order of the data's way."""
    return tuple(node for node in shapes_of(graph) if graph.node(node).layer.category == "conv")


def kernels(network: "Network", node: str) -> Floats:
    """The weights of one convolution, shape (filters, input channels, height, width).

    Raises:
        ShapeError: The layer has no kernels.
    """
    weight = getattr(network.module_of(node), "weight", None)
    if weight is None or weight.dim() != 4:
        known = ", ".join(filter_nodes(network.graph)) or "none"
        raise ShapeError(f"'{node}' has no filters.", hint=f"Layers with filters: {known}.")
    return np.array(weight.detach().float().cpu().numpy())


def is_colour(graph: "NetworkGraph", node: str) -> bool:
    """True for a first layer over red, green and blue, whose filters are colour pictures themselves."""
    before = graph.predecessors(node)
    return len(before) == 1 and graph.node(before[0]).layer.category == "input" and graph.input_shape[0] == RGB


def colour_tiles(node_kernels: Floats, scale: Literal["each", "common"] = "each") -> npt.NDArray[np.uint8]:
    """Filters over red, green and blue as small colour pictures, shape (filters, height, width, 3).

    Middle grey is zero; "each" stretches every filter by its own largest weight, as first-layer filters are usually
    printed, "common" all by the largest of the layer.
    """
    axes = (1, 2, 3) if scale == "each" else None
    largest = np.abs(node_kernels).max(axis=axes, keepdims=True)
    share = node_kernels / np.where(largest > 0, largest, 1)
    return np.round(127.5 + 127.5 * share).astype(np.uint8).transpose(0, 2, 3, 1)
