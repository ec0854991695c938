"""Which layers the answer needs; those of side heads only training uses."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def upstream(graph: "NetworkGraph", ends: Iterable[str]) -> set[str]:
    """These nodes and all that feed them, directly or not."""
    found: set[str] = set()
    waiting = list(ends)
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            waiting += graph.predecessors(node_id)
    return found


def answering(graph: "NetworkGraph") -> set[str]:
    """The nodes that are computed when the network is used: all that lead to its output."""
    return upstream(graph, (node.id for node in graph.of_kind("output")))
