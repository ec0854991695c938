"""What a graph is made of: nodes, edges, groups."""

from pydantic import field_validator

from cnnstudio.core.specs import Spec, setting
from cnnstudio.network.names import id_problem, nesting_problem
from cnnstudio.network.spec import AnyLayer

MAX_NODES = 10_000


class Node(Spec):
    """A layer with its name in the graph."""

    id: str = setting(title="Name", description="Name of the layer; its weights are saved under it.")
    layer: AnyLayer

    @field_validator("id")
    @classmethod
    def _legal(cls, value: str) -> str:
        if problem := id_problem(value):
            raise ValueError(problem)
        return value


class Edge(Spec):
    """Data flows from `source` to the input `port` of `target`."""

    source: str
    target: str
    port: int = 0


class Group(Spec):
    """Nodes that belong together (a residual block, a stage) and can be shown as one box.

    `members` are the nodes that lie directly in it; a group inside another one names it as its `parent`.
    """

    id: str
    title: str
    members: tuple[str, ...] = ()
    parent: str | None = None


def node_problem(nodes: tuple[Node, ...]) -> str:
    """Says what is wrong among the nodes; empty if nothing is."""
    if len(nodes) > MAX_NODES:
        return f"{len(nodes):,} layers are too many; at most {MAX_NODES:,} are allowed"
    ids = [node.id for node in nodes]
    if len(set(ids)) < len(ids):
        twice = next(node_id for node_id in ids if ids.count(node_id) > 1)
        return f"two layers are called '{twice}'"
    return nesting_problem(ids)


def edge_problem(nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> str:
    """Says which edge has no ends, or shares its port; empty if all are right."""
    ids = {node.id for node in nodes}
    taken = set()
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in ids:
                return f"a connection refers to '{end:.60}', which doesn't exist"
        if edge.port < 0 or (edge.target, edge.port) in taken:
            return f"two connections end at port {edge.port} of '{edge.target}'"
        taken.add((edge.target, edge.port))
    return ""


def group_problem(nodes: tuple[Node, ...], groups: tuple[Group, ...]) -> str:
    """Says which group holds what it can't hold; empty if all are right."""
    known = {node.id for node in nodes}
    parents = {group.id: group.parent for group in groups}
    members = [member for group in groups for member in group.members]
    if len(parents) < len(groups):
        return "two groups have the same name"
    if len(set(members)) < len(members) or not known.issuperset(members):
        return "a group holds a layer twice, or one that doesn't exist"
    for group_id in parents:
        seen, above = {group_id}, parents[group_id]
        while above is not None:
            if above not in parents or above in seen:
                return f"the group '{group_id:.60}' lies in itself or in one that doesn't exist"
            seen.add(above)
            above = parents[above]
    return ""
