"""What of a graph is on the screen when some of its groups are collapsed: boxes, lines and frames."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.network.shapes import Shape, plural
from cnnstudio.network.spec import Category

if TYPE_CHECKING:
    from cnnstudio.network.graph import Edge, Group, NetworkGraph


@dataclass(frozen=True)
class VisibleNode:
    """One box: a layer, or a collapsed group.

    Args:
        id: The node's or the group's id.
        title: Name to show, without the name of the frame it lies in.
        label: Second line.
        category: Decides the colour; a group has that of most of its weight layers.
        is_group: True for a collapsed group.
        shape: What comes out; None if it isn't known.
        parent: The open group (frame) it lies in; None at the top.
        members: The nodes that it stands for.
    """

    id: str
    title: str
    label: str
    category: Category
    is_group: bool
    shape: Shape | None
    parent: str | None
    members: tuple[str, ...]


@dataclass(frozen=True)
class VisibleEdge:
    """One line between two boxes; `edges` are the graph's edges behind it, several when groups are collapsed."""

    source: str
    target: str
    shape: Shape | None
    edges: "tuple[Edge, ...]"


@dataclass(frozen=True)
class VisibleGroup:
    """The frame of an open group."""

    id: str
    title: str
    parent: str | None


@dataclass(frozen=True)
class GraphView:
    """All that is to be drawn; boxes in the order of the data's way, outer frames before inner ones."""

    nodes: tuple[VisibleNode, ...]
    edges: tuple[VisibleEdge, ...]
    groups: tuple[VisibleGroup, ...]


def visible(graph: "NetworkGraph", collapsed: Collection[str], shapes: Mapping[str, Shape] | None = None) -> GraphView:
    """The graph with these groups collapsed.

    Args:
        graph: Sound or not.
        collapsed: Ids of collapsed groups; what lies in one is hidden, groups in it too.
        shapes: Output shapes by node, from `validate`.
    """
    shapes = shapes or {}
    known = {group.id: group for group in graph.groups}
    boxes = _boxes(graph, known, set(collapsed))
    members: dict[str, list[str]] = {}
    for node_id in (*graph.flowing(), *graph.waiting()):
        members.setdefault(boxes[node_id][0], []).append(node_id)
    nodes = tuple(
        _group_node(graph, known[box_id], boxes[inside[0]][1], inside, shapes)
        if box_id in known and boxes[inside[0]][2]
        else _layer_node(graph, box_id, boxes[box_id][1], shapes)
        for box_id, inside in members.items()
    )
    open_groups = {parent for _, parent, _ in boxes.values() if parent is not None}
    for group_id in tuple(open_groups):
        open_groups.update(_ancestors(known, group_id))
    frames = tuple(
        VisibleGroup(group.id, _inner_title(group.id, group.title), group.parent)
        for group in sorted(graph.groups, key=lambda group: len(_ancestors(known, group.id)))
        if group.id in open_groups
    )
    return GraphView(nodes, _lines(graph, {key: box[0] for key, box in boxes.items()}, shapes), frames)


def all_groups(graph: "NetworkGraph") -> frozenset[str]:
    """The ids of all groups: everything collapsed."""
    return frozenset(group.id for group in graph.groups)


def _boxes(
    graph: "NetworkGraph", known: "Mapping[str, Group]", collapsed: set[str]
) -> dict[str, tuple[str, str | None, bool]]:
    """For each node the box that shows it, the open group around that box, and whether the box is a group."""
    home = {member: group.id for group in graph.groups for member in group.members}
    found: dict[str, tuple[str, str | None, bool]] = {}
    for node in graph.nodes:
        inside_out = [home[node.id], *_ancestors(known, home[node.id])] if node.id in home else []
        closed = [group_id for group_id in inside_out if group_id in collapsed]
        if closed:
            found[node.id] = (closed[-1], known[closed[-1]].parent, True)
        else:
            found[node.id] = (node.id, home.get(node.id), False)
    return found


def _ancestors(known: "Mapping[str, Group]", group_id: str) -> list[str]:
    above = []
    parent = known[group_id].parent
    while parent is not None:
        above.append(parent)
        parent = known[parent].parent
    return above


def _layer_node(graph: "NetworkGraph", node_id: str, parent: str | None, shapes: Mapping[str, Shape]) -> VisibleNode:
    layer = graph.node(node_id).layer
    title = node_id.removeprefix(f"{parent}.") if parent else node_id
    return VisibleNode(node_id, title, layer.label, layer.category, False, shapes.get(node_id), parent, (node_id,))


def _group_node(
    graph: "NetworkGraph",
    group: "Group",
    parent: str | None,
    members: Sequence[str],
    shapes: Mapping[str, Shape],
) -> VisibleNode:
    inside = set(members)
    results = [n for n in members if any(target not in inside for target in graph.successors(n))]
    shape = shapes.get(results[-1]) if results else None
    layers = [graph.node(node_id).layer for node_id in members]
    weighty = [layer for layer in layers if layer.is_weight_layer] or layers
    category = Counter(layer.category for layer in weighty).most_common(1)[0][0]
    blocks = sum(other.parent == group.id for other in graph.groups)
    label = plural(blocks, "block") if blocks else plural(len(members), "layer")
    return VisibleNode(group.id, _inner_title(group.id, group.title), label, category, True, shape, parent, (*members,))


def _inner_title(group_id: str, title: str) -> str:
    return title or group_id.rpartition(".")[2]


def _lines(graph: "NetworkGraph", boxes: Mapping[str, str], shapes: Mapping[str, Shape]) -> tuple[VisibleEdge, ...]:
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        ends = (boxes[edge.source], boxes[edge.target])
        if ends[0] != ends[1]:
            found.setdefault(ends, []).append(edge)
    return tuple(
        VisibleEdge(source, target, shapes.get(edges[-1].source), tuple(edges))
        for (source, target), edges in found.items()
    )
