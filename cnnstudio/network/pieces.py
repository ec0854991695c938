"""A piece of a network: some layers with what is among them, as it is copied, saved, and inserted elsewhere."""

from collections.abc import Collection

from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.parts import Group


def piece_of(graph: NetworkGraph, ids: Collection[str], name: str = "") -> NetworkGraph:
    """These layers with the connections and groups among them; a group comes along if all that is in it does."""
    kept = {node.id for node in graph.nodes if node.id in set(ids)}
    return NetworkGraph(
        name=name or graph.name,
        nodes=tuple(node for node in graph.nodes if node.id in kept),
        edges=tuple(edge for edge in graph.edges if {edge.source, edge.target} <= kept),
        groups=_groups_within(graph, kept),
    )


def _groups_within(graph: NetworkGraph, kept: set[str]) -> tuple[Group, ...]:
    groups = [group for group in graph.groups if kept.issuperset(graph.group_nodes(group.id))]
    known = {group.id for group in groups}
    return tuple(group if group.parent in known else group.replace(parent=None) for group in groups)
