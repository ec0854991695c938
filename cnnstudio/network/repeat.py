"""A part of a network several times in a row: "×3"."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError
from cnnstudio.network.names import free_group_id, free_id
from cnnstudio.network.parts import Edge, Group, Node

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

MAX_TIMES = 100


@dataclass(frozen=True)
class Passage:
    """Layers with one way in and one way out: the layer outside that feeds them, and their last one."""

    members: tuple[str, ...]
    source: str
    result: str


@dataclass(frozen=True)
class _Copy:
    """The new names of layers and groups in one copy, by the old ones."""

    nodes: Mapping[str, str]
    groups: Mapping[str, str]


def repeat(graph: "NetworkGraph", ids: Collection[str], times: int) -> "NetworkGraph":
    """These layers `times` times in a row; the copies stand behind the original, each with names of its own.

    Whether the shapes still fit is for `validate` to say.

    Args:
        graph: Sound or not.
        ids: Layers with one way in and one way out.
        times: How often they stand there in the end, the original included.

    Raises:
        GraphError: The layers have more than one way in or out, or `times` isn't 2 to 100.
    """
    if not 2 <= times <= MAX_TIMES:
        raise GraphError(f"Layers can be repeated 2 to {MAX_TIMES} times, not {times}.")
    passage = passage_of(graph, ids)
    copies = _names_of_copies(graph, passage, times - 1)
    return graph.changed(
        nodes=_with_copied_nodes(graph, passage, copies),
        edges=(*_kept_edges(graph, passage, copies[-1]), *_copied_edges(graph, passage, copies)),
        groups=_with_copied_groups(graph, passage, copies),
    )


def passage_of(graph: "NetworkGraph", ids: Collection[str]) -> Passage:
    """The layers with their way in and out.

    Raises:
        GraphError: There isn't exactly one of each.
    """
    members = tuple(node.id for node in graph.nodes if node.id in ids)
    inside = set(members)
    sources = {s for node_id in members for s in graph.predecessors(node_id) if s not in inside}
    results = [n for n in members if any(target not in inside for target in graph.successors(n))]
    if len(sources) != 1 or len(results) != 1:
        raise GraphError(
            f"These layers have {len(sources)} ways in and {len(results)} ways out;"
            " to stand in a row they need one of each.",
            hint="Choose a whole block, or layers that follow one another.",
        )
    return Passage(members, sources.pop(), results[0])


def _names_of_copies(graph: "NetworkGraph", passage: Passage, count: int) -> list[_Copy]:
    inside = set(passage.members)
    groups = [group.id for group in graph.groups if inside.issuperset(graph.group_nodes(group.id))]
    root = next((key for key in groups if set(graph.group_nodes(key)) == inside), "")
    if not root or not all(node_id.startswith(f"{root}.") for node_id in inside):
        root = ""
    taken, layers = _taken_names(graph), {node.id for node in graph.nodes}
    copies = []
    for _ in range(count):
        copy = _renamed_block(root, passage, groups, taken) if root else _renamed_layers(passage, groups, taken, layers)
        taken |= {*copy.nodes.values(), *copy.groups.values()}
        layers |= set(copy.nodes.values())
        copies.append(copy)
    return copies


def _taken_names(graph: "NetworkGraph") -> set[str]:
    """Names of layers and groups, and those that begin one: with stage1.conv, stage1 is taken too."""
    keys = {node.id for node in graph.nodes} | {group.id for group in graph.groups}
    starts = {".".join(key.split(".")[:count]) for key in keys for count in range(1, key.count(".") + 1)}
    return keys | starts


def _renamed_block(root: str, passage: Passage, groups: Sequence[str], taken: Collection[str]) -> _Copy:
    """block1.conv1 becomes block2.conv1."""
    new = free_group_id(root, taken)

    inside = [key for key in groups if key == root or key.startswith(f"{root}.")]
    nodes = {key: new + key.removeprefix(root) for key in passage.members}
    named = {key: new + key.removeprefix(root) for key in inside}
    used = {*taken, *nodes.values(), *named.values()}
    return _Copy(nodes, named | _renamed_groups([key for key in groups if key not in named], used))


def _renamed_layers(passage: Passage, groups: Sequence[str], taken: Collection[str], layers: Collection[str]) -> _Copy:
    """conv1 becomes conv2, or the next number that is free."""
    used, names = set(layers), {}
    for key in passage.members:
        names[key] = free_id(key, used)
        used.add(names[key])
    return _Copy(names, _renamed_groups(groups, {*taken, *used}))


def _renamed_groups(groups: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for key in groups:
        names[key] = free_group_id(key, {*taken, *names.values()})
    return names


def _with_copied_nodes(graph: "NetworkGraph", passage: Passage, copies: Sequence[_Copy]) -> tuple[Node, ...]:
    nodes = [graph.node(key) for key in passage.members]
    new = [node.replace(id=copy.nodes[node.id]) for copy in copies for node in nodes]
    place = graph.nodes.index(nodes[-1]) + 1
    return (*graph.nodes[:place], *new, *graph.nodes[place:])


def _kept_edges(graph: "NetworkGraph", passage: Passage, last: _Copy) -> list[Edge]:
    """All edges; those that leave the original leave the last copy instead."""
    inside = set(passage.members)
    leaving = {edge for edge in graph.edges if edge.source == passage.result and edge.target not in inside}
    return [edge.replace(source=last.nodes[edge.source]) if edge in leaving else edge for edge in graph.edges]


def _copied_edges(graph: "NetworkGraph", passage: Passage, copies: Sequence[_Copy]) -> list[Edge]:
    """Each copy's own edges, and those that feed it with the result of the one before."""
    inside = set(passage.members)
    arriving = [edge for edge in graph.edges if edge.target in inside]
    edges, before = [], passage.result
    for copy in copies:
        sources = {**copy.nodes, passage.source: before}
        edges += [edge.replace(source=sources[edge.source], target=copy.nodes[edge.target]) for edge in arriving]
        before = copy.nodes[passage.result]
    return edges


def _with_copied_groups(graph: "NetworkGraph", passage: Passage, copies: Sequence[_Copy]) -> tuple[Group, ...]:
    """Groups among the layers are copied; a copied layer of a wider group belongs to that one too."""
    whole = copies[0].groups
    inside = set(passage.members)
    kept = []
    for group in graph.groups:
        more = () if group.id in whole else tuple(key for key in group.members if key in inside)
        added = tuple(copy.nodes[key] for copy in copies for key in more)
        kept.append(group.replace(members=(*group.members, *added)) if added else group)
    new = [
        group.replace(
            id=copy.groups[group.id],
            members=tuple(copy.nodes[key] for key in group.members),
            parent=copy.groups.get(group.parent or "", group.parent),
        )
        for copy in copies
        for group in graph.groups
        if group.id in whole
    ]
    return (*kept, *new)
