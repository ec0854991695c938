"""Which layers are looked at while training: each one with weights, and the activation behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnstudio.network.graph import NetworkGraph

# Between a layer's weights and its activation; they don't change which unit is which.
PASSED = ("norm",)
SATURATED = 0.98


@dataclass(frozen=True, eq=False)
class WatchedLayer:
    """A layer with weights; `output` is the module whose results are its outputs: its activation, or itself."""

    node: str
    weight: "Tensor"
    output: "nn.Module"


def watched_layers(network: "nn.Module") -> tuple[WatchedLayer, ...]:
    """All convolutions and fully connected layers in the order of the data's way."""
    graph = getattr(network, "graph", None)
    found = _in_graph(network, graph) if graph is not None else _in_row(network)
    return tuple(found)


def unused_share(module: "nn.Module", values: "Tensor") -> float | None:
    """Share of the units (channels) that told nothing in any image; None where that can't be said.

    Args:
        module: The activation.
        values: Its outputs, shape (N, C, …).
    """
    from torch import nn

    units = values.transpose(0, 1).flatten(1) if values.ndim > 1 else values[:, None]
    if isinstance(module, nn.ReLU):
        return float((units <= 0).all(1).float().mean())
    if isinstance(module, nn.Tanh):
        return float((units.abs() > SATURATED).all(1).float().mean())
    if isinstance(module, nn.Sigmoid):
        return float(((2 * units - 1).abs() > SATURATED).all(1).float().mean())
    return None


def _in_graph(network: Any, graph: "NetworkGraph") -> Iterator[WatchedLayer]:
    followers: dict[str, list[str]] = {}
    for edge in graph.edges:
        followers.setdefault(edge.source, []).append(edge.target)
    for node_id in network.node_ids:
        if graph.node(node_id).layer.is_weight_layer:
            output = _activation(graph, followers, node_id)
            yield WatchedLayer(node_id, network.module_of(node_id).weight, network.module_of(output))


def _activation(graph: "NetworkGraph", followers: dict[str, list[str]], node_id: str) -> str:
    """The activation that follows on the only way, at most normalisations between; else the layer itself."""
    place = node_id
    while len(followers.get(place, [])) == 1:
        place = followers[place][0]
        category = graph.node(place).layer.category
        if category == "act":
            return place
        if category not in PASSED:
            break
    return node_id


def _in_row(network: "nn.Module") -> Iterator[WatchedLayer]:
    """For networks that aren't compiled from a graph: the next activation in the order of the modules."""
    from torch import nn
    from torch.nn.modules.conv import _ConvNd

    modules = list(network.named_modules())
    activations = (nn.ReLU, nn.Tanh, nn.Sigmoid)
    for place, (name, module) in enumerate(modules):
        if not isinstance(module, _ConvNd | nn.Linear):
            continue
        output: nn.Module = module
        for _, later in modules[place + 1 :]:
            if isinstance(later, activations):
                output = later
            if not isinstance(later, nn.modules.batchnorm._BatchNorm):
                break
        yield WatchedLayer(name, module.weight, output)
