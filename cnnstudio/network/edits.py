"""Edits of a graph: each takes a graph and returns a new one, or raises a GraphError that says why not."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from pydantic import ValidationError

from cnnstudio.core.errors import GraphError
from cnnstudio.network.names import check_id
from cnnstudio.network.parts import Edge, Group, Node
from cnnstudio.network.shapes import Shape, shape_text
from cnnstudio.network.spec import LayerSpec, problem_sentence

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def add_node(graph: "NetworkGraph", node: Node, after: str | None = None) -> "NetworkGraph":
    """With one more node, listed and fed behind `after` if that is given."""
    if after is None:
        return graph.changed(nodes=(*graph.nodes, node))
    added = graph.changed(nodes=_listed_behind(graph, node, after), groups=_joined(graph, node.id, after))
    return connect(added, after, node.id)


def insert_on_edge(graph: "NetworkGraph", edge: Edge, node: Node) -> "NetworkGraph":
    """With a new node in the middle of an edge; in a group if both ends are."""
    if edge not in graph.edges:
        raise GraphError(f"There is no connection from '{edge.source}' to '{edge.target}' to insert on.")
    _refuse_illegal_ends(node, node)
    first = edge.replace(target=node.id, port=0)
    second = Edge(source=node.id, target=edge.target, port=edge.port)
    edges = [new for old in graph.edges for new in ((first, second) if old == edge else (old,))]
    groups = _joined(graph, node.id, edge.source, edge.target)
    return graph.changed(nodes=_listed_behind(graph, node, edge.source), edges=tuple(edges), groups=groups)


def remove(graph: "NetworkGraph", ids: Collection[str]) -> "NetworkGraph":
    """Without these nodes; the chain is healed: what a removed node fed gets what fed its first input."""
    gone = {graph.node(node_id).id for node_id in ids}
    edges = []
    for edge in graph.edges:
        source = _kept_source(graph, edge.source, gone)
        if edge.target not in gone and source is not None:
            edges.append(edge if source == edge.source else edge.replace(source=source))
    return graph.changed(
        nodes=tuple(node for node in graph.nodes if node.id not in gone),
        edges=tuple(edges),
        groups=_without_members(graph.groups, gone),
    )


def set_layer(graph: "NetworkGraph", node_id: str, layer: LayerSpec) -> "NetworkGraph":
    """With another layer at this place."""
    node = graph.node(node_id)
    new = node.replace(layer=layer)
    made = graph.changed(nodes=tuple(new if old is node else old for old in graph.nodes))
    made.adopt_order(graph)
    return made


def rename(graph: "NetworkGraph", node_id: str, new_id: str) -> "NetworkGraph":
    """With a new name for a node, in its edges and groups too."""
    node = graph.node(node_id)
    if graph.has_node(check_id(new_id)) and new_id != node_id:
        raise GraphError(f"There is a layer '{new_id}' already.", hint="Choose another name.")

    def name(old: str) -> str:
        return new_id if old == node_id else old

    def edge(old: Edge) -> Edge:
        touches = node_id in (old.source, old.target)
        return old.replace(source=name(old.source), target=name(old.target)) if touches else old

    return graph.changed(
        nodes=tuple(old.replace(id=new_id) if old is node else old for old in graph.nodes),
        edges=tuple(edge(old) for old in graph.edges),
        groups=tuple(
            group.replace(members=tuple(name(member) for member in group.members))
            if node_id in group.members
            else group
            for group in graph.groups
        ),
    )


def connect(graph: "NetworkGraph", source: str, target: str, port: int | None = None) -> "NetworkGraph":
    """With one more connection; a port that is taken gets the new one instead."""
    _refuse_illegal_ends(graph.node(source), graph.node(target))
    if source == target or _leads_to(graph, target, source):
        raise GraphError(
            f"'{target}' can't be fed by '{source}': data would run in a circle.",
            hint="Connections only lead forwards, from the input to the output.",
        )
    most = graph.node(target).layer.arity[1]
    port = _free_port(graph, target) if port is None else port
    if port < 0 or (most is not None and port >= most):
        raise GraphError(f"'{target}' has no port {port}.")
    kept = tuple(edge for edge in graph.edges if (edge.target, edge.port) != (target, port))
    return graph.changed(edges=(*kept, Edge(source=source, target=target, port=port)))


def disconnect(graph: "NetworkGraph", edge: Edge) -> "NetworkGraph":
    """Without this connection."""
    if edge not in graph.edges:
        raise GraphError(f"There is no connection from '{edge.source}' to '{edge.target}'.")
    return graph.changed(edges=tuple(old for old in graph.edges if old != edge))


def with_group(graph: "NetworkGraph", group: Group) -> "NetworkGraph":
    """With these nodes grouped; they leave the groups they were in."""
    others = tuple(old for old in graph.groups if old.id != group.id)
    return graph.changed(groups=_without_members((*others, group), set(group.members), but=group.id))


def without_group(graph: "NetworkGraph", group_id: str) -> "NetworkGraph":
    """Without a group; its nodes and inner groups move up to its parent."""
    gone = graph.group(group_id)
    groups = []
    for group in graph.groups:
        if group.id == gone.parent:
            group = group.replace(members=(*group.members, *gone.members))
        if group.parent == group_id:
            group = group.replace(parent=gone.parent)
        groups += [group] if group.id != group_id else []
    return graph.changed(groups=tuple(groups))


def with_input(graph: "NetworkGraph", shape: Shape) -> "NetworkGraph":
    """For images of another shape (C, H, W)."""
    if len(shape) != 3:
        raise GraphError("The input takes images: channels, height and width.")
    inputs = graph.of_kind("input")
    if not inputs:
        raise GraphError(f"'{graph.name}' has no input.", hint="Add an input layer.")
    try:
        layer = inputs[0].layer.replace(channels=shape[0], height=shape[1], width=shape[2])
    except ValidationError as failed:
        raise GraphError(f"Images of {shape_text(shape)} are no input: {problem_sentence(failed)}") from None
    return graph if layer == inputs[0].layer else set_layer(graph, inputs[0].id, layer)


def with_classes(graph: "NetworkGraph", classes: int) -> "NetworkGraph":
    """With this many logits at every output: the last layer that can choose its outputs gets that many."""
    outputs = [node.id for node in graph.nodes if node.layer.is_end]
    if not outputs:
        raise GraphError(f"'{graph.name}' has no output.", hint="Add an output behind the last layer.")
    for output in outputs:
        chooser = _chooser(graph, output)
        layer = graph.node(chooser).layer.resized(classes)
        if layer is not None and layer != graph.node(chooser).layer:
            graph = set_layer(graph, chooser, layer)
    return graph


def _chooser(graph: "NetworkGraph", node_id: str) -> str:
    """The nearest layer before an output that can choose how many numbers come out."""
    current, seen = node_id, {node_id}
    while graph.node(current).layer.resized(1) is None:
        sources = graph.predecessors(current)
        if len(sources) != 1 or sources[0] in seen:
            raise GraphError(
                f"No layer before '{node_id}' can set the number of classes.",
                hint="Put a linear layer before the output.",
            )
        current = sources[0]
        seen.add(current)
    return current


def _refuse_illegal_ends(source: Node, target: Node) -> None:
    if source.layer.is_end:
        raise GraphError(f"'{source.id}' is an output: nothing can come behind it.")
    if target.layer.arity[1] == 0:
        raise GraphError(f"'{target.id}' is an input: nothing can come before it.")


def _free_port(graph: "NetworkGraph", target: str) -> int:
    taken = {edge.port for edge in graph.incoming(target)}
    most = graph.node(target).layer.arity[1]
    free = next(port for port in range(len(taken) + 1) if port not in taken)
    return free if most is None or free < most else most - 1


def _leads_to(graph: "NetworkGraph", start: str, goal: str) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        for following in graph.successors(waiting.pop()):
            if following == goal:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False


def _kept_source(graph: "NetworkGraph", node_id: str, gone: set[str]) -> str | None:
    seen: set[str] = set()
    while node_id in gone:
        arriving = graph.incoming(node_id)
        if not arriving or node_id in seen:
            return None
        seen.add(node_id)
        node_id = arriving[0].source
    return node_id


def _listed_behind(graph: "NetworkGraph", node: Node, after: str) -> tuple[Node, ...]:
    place = graph.nodes.index(graph.node(after)) + 1
    return (*graph.nodes[:place], node, *graph.nodes[place:])


def _joined(graph: "NetworkGraph", node_id: str, *neighbours: str) -> tuple[Group, ...]:
    """The groups with a new node in the one that all its neighbours share."""
    return tuple(
        group.replace(members=(*group.members, node_id)) if set(neighbours) <= set(group.members) else group
        for group in graph.groups
    )


def _without_members(groups: tuple[Group, ...], gone: Collection[str], *, but: str | None = None) -> tuple[Group, ...]:
    """The groups (all `but` one) without these nodes; what loses its last node and holds no group disappears."""
    kept = []
    for group in groups:
        members = tuple(member for member in group.members if group.id == but or member not in gone)
        kept.append(group if len(members) == len(group.members) else group.replace(members=members))
    while empty := [g for g in kept if not g.members and all(other.parent != g.id for other in kept)]:
        kept = [group for group in kept if group not in empty]
    return tuple(kept)
