"""What the Volumes view draws: the feature maps on the network's main way, as plain numbers. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass

from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.infer import input_shapes
from cnnstudio.network.shapes import Shape


@dataclass(frozen=True)
class Volume:
    """Layers in a row that put out the same shape, drawn as one box.

    Args:
        ids: The layers, first to last.
        shape: What each puts out: (C, H, W), or (features,).
        category: Of the first one.
        kernel: Sides (height, width) of the window through which the first one sees the volume before; None if 1×1.
    """

    ids: tuple[str, ...]
    shape: Shape
    category: str
    kernel: tuple[int, int] | None = None


def volumes(graph: NetworkGraph, shapes: Mapping[str, Shape]) -> tuple[Volume, ...]:
    """The volumes on the way from input to output, side branches left out; equal ones in a row are one."""
    found: list[Volume] = []
    for node_id in _main_way(graph):
        if node_id not in shapes:
            break
        if found and found[-1].shape == shapes[node_id]:
            last = found[-1]
            found[-1] = Volume((*last.ids, node_id), last.shape, last.category, last.kernel)
        else:
            layer = graph.node(node_id).layer
            found.append(Volume((node_id,), shapes[node_id], layer.category, _kernel(graph, shapes, node_id)))
    return tuple(found)


def _main_way(graph: NetworkGraph) -> list[str]:
    """The layers through which all data flows: no connection leads past them."""
    order = graph.flowing()
    place = {node_id: i for i, node_id in enumerate(order)}
    way, farthest = [], 0
    for i, node_id in enumerate(order):
        if farthest <= i:
            way.append(node_id)
        targets = [place[target] for target in graph.successors(node_id) if target in place]
        farthest = max([farthest, *targets])
    return way


def _kernel(graph: NetworkGraph, shapes: Mapping[str, Shape], node_id: str) -> tuple[int, int] | None:
    inputs = input_shapes(graph, shapes, node_id)
    if not inputs or len(inputs) > 1 or len(inputs[0]) != 3 or len(shapes[node_id]) != 3:
        return None
    extent = graph.node(node_id).layer.window(inputs).extent
    return extent if max(extent) > 1 else None
