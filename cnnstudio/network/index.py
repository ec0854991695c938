"""Who feeds whom: the neighbours of every node, and an order in which data can flow."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnstudio.network.graph import Edge, Node


@dataclass(frozen=True, eq=False)
class GraphIndex:
    """Look-up tables of one graph; a graph never changes, so they are made once."""

    nodes: "Mapping[str, Node]"
    incoming: "Mapping[str, tuple[Edge, ...]]"  # in port order
    outgoing: "Mapping[str, tuple[Edge, ...]]"
    sources: Mapping[str, tuple[str, ...]]  # the other ends of the incoming edges
    order: tuple[str, ...]  # as far as data can flow
    in_cycles: tuple[str, ...]  # nodes on or behind a cycle


def index_graph(nodes: "Sequence[Node]", edges: "Sequence[Edge]") -> GraphIndex:
    """The tables for these nodes and edges; all edges end at known nodes."""
    incoming: dict[str, list[Edge]] = {node.id: [] for node in nodes}
    outgoing: dict[str, list[Edge]] = {node.id: [] for node in nodes}
    for edge in edges:
        incoming[edge.target].append(edge)
        outgoing[edge.source].append(edge)
    for arriving in incoming.values():
        arriving.sort(key=lambda edge: edge.port)
    order = _topological_order(incoming, outgoing)
    flowing = set(order)
    return GraphIndex(
        {node.id: node for node in nodes},
        {key: tuple(value) for key, value in incoming.items()},
        {key: tuple(value) for key, value in outgoing.items()},
        {key: tuple([edge.source for edge in value]) for key, value in incoming.items()},
        order,
        tuple(node.id for node in nodes if node.id not in flowing),
    )


def _topological_order(
    incoming: "Mapping[str, Sequence[Edge]]", outgoing: "Mapping[str, Sequence[Edge]]"
) -> tuple[str, ...]:
    # A heap of positions keeps the order stable: of all nodes that could come next, the first listed one does.
    ids = list(incoming)
    position = {node_id: i for i, node_id in enumerate(ids)}
    waiting = {node_id: len(arriving) for node_id, arriving in incoming.items()}
    ready = [position[node_id] for node_id, count in waiting.items() if count == 0]
    order: list[str] = []
    while ready:
        node_id = ids[heapq.heappop(ready)]
        order.append(node_id)
        for edge in outgoing[node_id]:
            waiting[edge.target] -= 1
            if waiting[edge.target] == 0:
                heapq.heappush(ready, position[edge.target])
    return tuple(order)
