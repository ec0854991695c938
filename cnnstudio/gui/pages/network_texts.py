"""What the page Network says of edits, and how it knows the architecture behind a graph."""

from functools import lru_cache

from cnnstudio.core.errors import GraphError
from cnnstudio.core.specs import settings_of
from cnnstudio.network.architectures import Architecture, architectures
from cnnstudio.network.fit import fit_architecture
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import LayerSpec


def changed_setting(before: LayerSpec, after: LayerSpec) -> str:
    """The name of the setting in which two forms of a layer differ: "filters"."""
    names = [
        info.title.lower() for info in settings_of(after) if getattr(before, info.name) != getattr(after, info.name)
    ]
    return " and ".join(names) or "settings"


def architecture_of(name: str) -> Architecture | None:
    """The architecture of a graph; None for a network of one's own."""
    # Not `get`: an unknown name raises a GraphError there, not the KeyError that `get` waits for.
    return architectures[name] if name in architectures else None  # noqa: SIM401


def is_changed(graph: NetworkGraph, classes: int | None) -> bool:
    """Does the graph differ from its architecture, made for the same images and classes?"""
    if graph.architecture not in architectures or not graph.of_kind("input"):
        return True
    fresh = _fresh(graph.architecture, graph.input_shape, classes)
    return fresh is None or (graph.nodes, graph.edges) != (fresh.nodes, fresh.edges)


@lru_cache(maxsize=8)
def _fresh(name: str, shape: Shape, classes: int | None) -> NetworkGraph | None:
    try:
        return fit_architecture(name, shape, classes)
    except GraphError:
        return None
