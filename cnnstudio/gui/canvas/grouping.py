"""Blocks made by hand: layers that belong together become a group, or are freed again."""

from collections.abc import Sequence

from cnnstudio.core.errors import GraphError
from cnnstudio.gui.canvas.commands import GraphEdit, common_group, names_text
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.names import free_id
from cnnstudio.network.parts import Group


def group(graph: NetworkGraph, nodes: Sequence[str]) -> GraphEdit:
    """With these layers as a block; blocks that lie wholly among them go into it.

    Raises:
        GraphError: A way from the layers leads out and back in, so that they can't be one box.
    """
    chosen = set(nodes)
    _refuse_detours(graph, chosen)
    inner = [old.id for old in graph.groups if chosen.issuperset(graph.group_nodes(old.id))]
    top = [old for old in graph.groups if old.id in inner and old.parent not in inner]
    held = {member for old in graph.groups if old.id in inner for member in old.members}
    home = common_group(graph, [node_id for node_id in nodes if node_id not in held] or list(nodes))
    while home in inner:
        home = next(old.parent for old in graph.groups if old.id == home)
    name = free_id("block", {old.id for old in graph.groups} | {node.id for node in graph.nodes})
    made = Group(id=name, title="Block", members=tuple(n for n in nodes if n not in held), parent=home)
    top_ids = {old.id for old in top}
    others = tuple(
        old.replace(parent=name)
        if old.id in top_ids
        else old.replace(members=tuple(member for member in old.members if member not in made.members))
        for old in graph.groups
    )
    return GraphEdit(graph.changed(groups=(*others, made)), f"Group {names_text(nodes)}", (name,))


def ungroup(graph: NetworkGraph, groups: Sequence[str]) -> GraphEdit:
    """Without these blocks; their layers stay."""
    chosen = tuple(node_id for key in groups for node_id in graph.group_nodes(key))
    for key in groups:
        graph = graph.without_group(key)
    return GraphEdit(graph, f"Ungroup {names_text(groups)}", chosen)


def _refuse_detours(graph: NetworkGraph, chosen: set[str]) -> None:
    behind: set[str] = set()
    for node_id in graph.flowing():
        sources = graph.predecessors(node_id)
        is_behind = any(source in behind or source in chosen for source in sources)
        if node_id in chosen and any(source in behind for source in sources):
            raise GraphError(
                f"These layers can't be one block: data leaves them and comes back at '{node_id}'.",
                hint="Choose the layers in between too.",
            )
        if is_behind and node_id not in chosen:
            behind.add(node_id)
