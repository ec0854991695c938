"""What the hands on the canvas do to the graph: a new graph, the edit's name, and what to choose then."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cnnstudio.core.errors import GraphError
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.infer import infer_shapes
from cnnstudio.network.names import free_group_id, free_id
from cnnstudio.network.parts import Edge, Node
from cnnstudio.network.pieces import piece_of
from cnnstudio.network.spec import LayerSpec

# A new convolution keeps the channels that arrive, unless they are as few as an image's.
MIN_CHANNELS_KEPT = 8


@dataclass(frozen=True)
class GraphEdit:
    """A new graph, named for undo ("Delete conv1"), and the nodes to choose afterwards."""

    graph: NetworkGraph
    text: str
    chosen: tuple[str, ...] = ()


def nodes_of(graph: NetworkGraph, chosen: Collection[str]) -> tuple[str, ...]:
    """The layers among chosen boxes and groups, in the order of the graph."""
    groups = {group.id for group in graph.groups}
    inside = {node_id for key in chosen if key in groups for node_id in graph.group_nodes(key)}
    return tuple(node.id for node in graph.nodes if node.id in inside or node.id in chosen)


def delete(graph: NetworkGraph, nodes: Sequence[str], edges: Collection[Edge]) -> GraphEdit:
    """Without these layers and connections; chains are healed."""
    new = graph
    for edge in edges:
        if edge in new.edges:
            new = new.disconnect(edge)
    before = [source for node_id in nodes for source in graph.predecessors(node_id) if source not in nodes]
    if nodes:
        new = new.remove(nodes)
    what = names_text(nodes) if nodes else _connections_text(edges)
    return GraphEdit(new, f"Delete {what}", tuple(before[:1]))


def add_layer(
    graph: NetworkGraph, layer: LayerSpec, *, after: str | None = None, edges: Sequence[Edge] = ()
) -> GraphEdit:
    """With one more layer: on the given connections, or behind `after`, or unconnected.

    A layer that can choose its outputs keeps the channels that arrive, so that what follows still fits.
    """
    home = _home(graph, after, edges)
    if after is not None and not edges:
        edges = graph.outgoing(after)
    source = edges[0].source if edges else after
    layer = _fitted(graph, layer, source)
    node = Node(id=_free_name(graph, layer, source), layer=layer)
    text = f"Add {node.id}"
    if not edges:
        return GraphEdit(_moved_into(graph.add_node(node, after), home, (node.id,)), text, (node.id,))
    new = graph.insert_on_edge(edges[0], node)
    for edge in edges[1:]:
        new = new.connect(node.id, edge.target, edge.port)
    return GraphEdit(_moved_into(new, home, (node.id,)), text, (node.id,))


def _fitted(graph: NetworkGraph, layer: LayerSpec, source: str | None) -> LayerSpec:
    shapes, _ = infer_shapes(graph)
    if source not in shapes or layer.category != "conv" or shapes[source][0] < MIN_CHANNELS_KEPT:
        return layer
    return layer.resized(shapes[source][0]) or layer


def _free_name(graph: NetworkGraph, layer: LayerSpec, near: str | None) -> str:
    short = re.sub(r"_?\d+d$", "", layer.kind)
    folder = (near or "").rpartition(".")[0]
    wanted = f"{folder}.{short}" if folder else short
    taken = {node.id for node in graph.nodes}
    # The input and the output need no number.
    return wanted if layer.kind in ("input", "output") and wanted not in taken else free_id(wanted, taken)


def paste(
    graph: NetworkGraph,
    piece: NetworkGraph,
    *,
    after: str | None = None,
    edges: Sequence[Edge] = (),
    verb: str = "Paste",
) -> GraphEdit:
    """With a piece more: spliced in behind `after` or on the given connections, or else unconnected."""
    piece = _without_ends(graph, piece)
    if not piece.nodes:
        raise GraphError("There is nothing to paste: the input and the output are here already.")
    piece = _renamed(graph, piece)
    new = graph.changed(
        nodes=_spliced_nodes(graph, piece, after or (edges[0].source if edges else None)),
        edges=(*graph.edges, *piece.edges),
        groups=(*graph.groups, *piece.groups),
    )
    ids = tuple(node.id for node in piece.nodes)
    home = _home(graph, after, edges, is_block=bool(piece.groups))
    if after is not None and not edges:
        edges = graph.outgoing(after)
    source = edges[0].source if edges else after
    if source is not None:
        new = _spliced(new, piece, source, edges)
        new = _moved_into(new, home, ids, {group.id for group in piece.groups})
    return GraphEdit(new, f"{verb} {names_text(ids)}", ids)


def _without_ends(graph: NetworkGraph, piece: NetworkGraph) -> NetworkGraph:
    """A second input or output would only be in the way."""
    kinds = {node.layer.kind for node in graph.nodes if node.layer.kind in ("input", "output")}
    return piece_of(piece, [node.id for node in piece.nodes if node.layer.kind not in kinds])


def _renamed(graph: NetworkGraph, piece: NetworkGraph) -> NetworkGraph:
    """The piece with names that the graph doesn't have yet; a copied block gets a new name with all that is in it."""
    groups = {group.id for group in graph.groups}
    for group in piece.groups:
        if group.id in groups and group.parent is None:
            piece = _with_prefix(piece, group.id, free_group_id(group.id, groups | {g.id for g in piece.groups}))
    taken = {node.id for node in graph.nodes} | {node.id for node in piece.nodes}
    for node in piece.nodes:
        if graph.has_node(node.id):
            new_id = free_id(node.id, taken)
            taken.add(new_id)
            piece = piece.rename(node.id, new_id)
    return piece


def _with_prefix(piece: NetworkGraph, old: str, new: str) -> NetworkGraph:
    """With a block renamed, and the layers and blocks whose names begin with its name."""

    def name(key: str) -> str:
        return new + key.removeprefix(old) if key == old or key.startswith(f"{old}.") else key

    return piece.changed(
        nodes=tuple(node.replace(id=name(node.id)) for node in piece.nodes),
        edges=tuple(edge.replace(source=name(edge.source), target=name(edge.target)) for edge in piece.edges),
        groups=tuple(
            group.replace(
                id=name(group.id),
                members=tuple(name(member) for member in group.members),
                parent=name(group.parent) if group.parent else None,
            )
            for group in piece.groups
        ),
    )


def _spliced_nodes(graph: NetworkGraph, piece: NetworkGraph, after: str | None) -> tuple[Node, ...]:
    if after is None:
        return (*graph.nodes, *piece.nodes)
    place = graph.nodes.index(graph.node(after)) + 1
    return (*graph.nodes[:place], *piece.nodes, *graph.nodes[place:])


def _spliced(graph: NetworkGraph, piece: NetworkGraph, source: str, edges: Sequence[Edge]) -> NetworkGraph:
    """`source` feeds all open ports of the piece; what it fed before is fed by the piece's one end."""
    for node in piece.nodes:
        for port in _open_ports(piece, node):
            graph = graph.connect(source, node.id, port)
    ends = [node for node in piece.nodes if not piece.outgoing(node.id) and not node.layer.is_end]
    if len(ends) == 1:
        for edge in edges:
            graph = graph.connect(ends[0].id, edge.target, edge.port)
    return graph


def _open_ports(piece: NetworkGraph, node: Node) -> list[int]:
    fed = {edge.port for edge in piece.incoming(node.id)}
    return [port for port in range(max([node.layer.arity[0] - 1, *fed], default=-1) + 1) if port not in fed]


def _home(graph: NetworkGraph, after: str | None, edges: Sequence[Edge], *, is_block: bool = False) -> str | None:
    """The group into which something new goes.

    Between two layers that is the innermost group around both. Behind the last layer of a block a layer belongs to the
    block, and another block stands beside it.
    """
    if edges or after is None:
        return common_group(graph, [edges[0].source, *(edge.target for edge in edges)]) if edges else None
    chain = group_chain(graph, after)
    common = common_group(graph, [after, *graph.successors(after)])
    if not is_block or not chain or common == chain[0]:
        return next(iter(chain), None)
    return chain[1] if len(chain) > 1 else None


def common_group(graph: NetworkGraph, ids: Sequence[str]) -> str | None:
    """The innermost group that holds all these layers, so that what is put between them stays inside."""
    chains = [group_chain(graph, node_id) for node_id in ids]
    return next((key for key in chains[0] if all(key in chain for chain in chains)), None)


def group_chain(graph: NetworkGraph, node_id: str) -> list[str]:
    """The groups around a layer, innermost first."""
    parents = {group.id: group.parent for group in graph.groups}
    inner = next((group.id for group in graph.groups if node_id in group.members), None)
    chain = []
    while inner is not None:
        chain.append(inner)
        inner = parents[inner]
    return chain


def _moved_into(
    graph: NetworkGraph, home: str | None, ids: Sequence[str], inner_groups: Collection[str] = ()
) -> NetworkGraph:
    """With new layers that are in no group yet, and new groups, put into the group `home`."""
    if home is None:
        return graph
    taken = {member for group in graph.groups for member in group.members}
    free = tuple(node_id for node_id in ids if node_id not in taken)
    groups = []
    for group in graph.groups:
        if group.id == home:
            group = group.replace(members=(*group.members, *free))
        elif group.id in inner_groups and group.parent is None:
            group = group.replace(parent=home)
        groups.append(group)
    return graph.changed(groups=tuple(groups))


def names_text(ids: Sequence[str]) -> str:
    """What an edit was about: "conv1", "conv1 and pool1", "7 layers"."""
    return " and ".join(ids) if len(ids) <= 2 else f"{len(ids)} layers"


def _connections_text(edges: Collection[Edge]) -> str:
    if len(edges) == 1:
        edge = next(iter(edges))
        return f"the connection from {edge.source} to {edge.target}"
    return f"{len(edges)} connections"


def last_of(graph: NetworkGraph, nodes: Sequence[str]) -> str | None:
    """The one among these layers behind which something is to be added: the last that doesn't end the network."""
    inside = [node_id for node_id in graph.flowing() if node_id in set(nodes)] or list(nodes)
    open_ended = [node_id for node_id in inside if not graph.node(node_id).layer.is_end]
    return open_ended[-1] if open_ended else None
