"""Which parts of a network can be written as classes of their own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


@dataclass(frozen=True)
class Scope:
    """The whole network (path "") or a block: its own nodes, and the blocks in it, each with one way in and out."""

    path: str
    nodes: tuple[str, ...]
    blocks: tuple["Scope", ...]
    source: str  # the node outside that feeds it; "" for the whole network
    result: str  # the node whose value it gives

    def members(self) -> tuple[str, ...]:
        """All nodes in it and in its blocks."""
        return (*self.nodes, *(node_id for block in self.blocks for node_id in block.members()))


def scope_of(graph: "NetworkGraph") -> Scope:
    """The network as nested scopes."""
    return _scope(graph, "", graph.order(), "", graph.of_kind("output")[0].id)


def _scope(graph: "NetworkGraph", path: str, nodes: tuple[str, ...], source: str, result: str) -> Scope:
    blocks = []
    rest = list(nodes)
    for folder in _folders(nodes, path):
        members = tuple(node_id for node_id in rest if node_id.startswith(f"{folder}."))
        ends = _ends(graph, members)
        if ends is not None:
            blocks.append(_scope(graph, folder, members, *ends))
            inside = set(members)
            rest = [node_id for node_id in rest if node_id not in inside]
    return Scope(path, tuple(rest), tuple(blocks), source, result)


def _folders(nodes: tuple[str, ...], path: str) -> list[str]:
    """All folders below `path`, outer before inner, in the order of their first node."""
    found: dict[str, None] = {}
    start = len(path.split(".")) if path else 0
    for node_id in nodes:
        parts = node_id.split(".")
        for count in range(start + 1, len(parts)):
            found[".".join(parts[:count])] = None
    return sorted(found, key=lambda folder: folder.count("."))


def _ends(graph: "NetworkGraph", members: tuple[str, ...]) -> tuple[str, str] | None:
    """The one node that feeds these and the one of them that others use; None if they aren't a block."""
    inside = set(members)
    sources = {s for node_id in members for s in graph.predecessors(node_id) if s not in inside}
    results = [n for n in members if any(target not in inside for target in graph.successors(n))]
    if len(sources) != 1 or len(results) != 1:
        return None
    if any(graph.node(n).layer.is_end or not graph.predecessors(n) for n in members):
        return None
    return sources.pop(), results[0]
