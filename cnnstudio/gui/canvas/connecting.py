"""Connections drawn by hand: which are possible, why others aren't, and what a block's ends are."""

from dataclasses import dataclass

from cnnstudio.core.errors import GraphError
from cnnstudio.gui.canvas.commands import GraphEdit
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.infer import infer_shapes


@dataclass(frozen=True)
class Judgement:
    """May a connection be made? In words: what it would do, or why not."""

    is_allowed: bool
    words: str


def judge(graph: NetworkGraph, source: str, target: str) -> Judgement:
    """What would a connection from one box to another do?"""
    try:
        edit = connect_boxes(graph, source, target)
    except GraphError as error:
        return Judgement(False, str(error))
    entry = inlet_of(graph, target)
    _, errors_before = infer_shapes(graph)
    _, errors = infer_shapes(edit.graph)
    if entry in errors and entry not in errors_before:
        return Judgement(False, f"{errors[entry].message} {errors[entry].hint}".strip())
    replaced = [edge for edge in graph.incoming(entry) if edge not in edit.graph.edges]
    if replaced:
        return Judgement(True, f"{source} → {target}, instead of {replaced[0].source}")
    return Judgement(True, f"{source} → {target}")


def connect_boxes(graph: NetworkGraph, source: str, target: str) -> GraphEdit:
    """With a connection between two layers or blocks.

    Raises:
        GraphError: It isn't possible; the text says why.
    """
    start, end = outlet_of(graph, source), inlet_of(graph, target)
    if any(edge.source == start for edge in graph.incoming(end)) and graph.node(end).layer.arity[1] == 1:
        raise GraphError(f"'{start}' feeds '{end}' already.")
    return GraphEdit(graph.connect(start, end), f"Connect {start} to {end}", (end,))


def outlet_of(graph: NetworkGraph, key: str) -> str:
    """The layer whose output leaves a box: itself, or the one end of a block.

    Raises:
        GraphError: The block has several ends.
    """
    if graph.has_node(key):
        return key
    inside = set(graph.group_nodes(key))
    ends = [node_id for node_id in inside if any(target not in inside for target in graph.successors(node_id))]
    ends = ends or [node_id for node_id in inside if not graph.successors(node_id)]
    if len(ends) != 1:
        raise GraphError(f"'{key}' has {len(ends)} ends.", hint="Open it, and begin at one of its layers.")
    return ends[0]


def inlet_of(graph: NetworkGraph, key: str) -> str:
    """The layer at which data enters a box: itself, or the one beginning of a block.

    Raises:
        GraphError: The block has several beginnings.
    """
    if graph.has_node(key):
        return key
    inside = set(graph.group_nodes(key))
    starts = [node_id for node_id in inside if not set(graph.predecessors(node_id)) & inside]
    if len(starts) != 1:
        raise GraphError(f"Data enters '{key}' at {len(starts)} layers.", hint="Open it, and end at one of its layers.")
    return starts[0]
