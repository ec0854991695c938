"""From a graph to a drawing: which boxes there are, where they stand, and what is wrong with them."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF

from cnnstudio.gui.canvas.drawing import Box, Drawing, Frame, Wire, WireKey
from cnnstudio.gui.canvas.look import BOX_TEXT_MARGIN, Look
from cnnstudio.network import layout as places
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.parts import Edge
from cnnstudio.network.shapes import shape_text
from cnnstudio.network.validate import GraphProblem, Validation
from cnnstudio.network.view import GraphView, VisibleEdge, VisibleNode, visible

MAX_BOX_WIDTH, PROBLEM_WIDTH = 260.0, 240.0


@dataclass(frozen=True)
class Scenery:
    """A drawing, the connections behind each of its wires, and the layout with what it was made of."""

    drawing: Drawing = field(default_factory=Drawing)
    edges: Mapping[WireKey, tuple[Edge, ...]] = field(default_factory=dict)
    layout: places.Layout | None = None
    key: object = None
    view: GraphView | None = None

    @cached_property
    def box_of(self) -> Mapping[str, VisibleNode]:
        """For each layer the box that shows it."""
        nodes = self.view.nodes if self.view is not None else ()
        return {member: node for node in nodes for member in node.members}

    @cached_property
    def wires_from(self) -> Mapping[str, list[WireKey]]:
        """For each layer the wires that show the shape of its output."""
        found: dict[str, list[WireKey]] = {}
        for key, edges in self.edges.items():
            found.setdefault(edges[-1].source, []).append(key)
        return found


def draw(
    graph: NetworkGraph, validation: Validation, closed: Collection[str], look: Look, before: Scenery | None = None
) -> Scenery:
    """Everything to be shown of a graph with these groups closed.

    Args:
        graph: Sound or not.
        validation: Its shapes and problems.
        closed: Groups shown as one box.
        look: Measures the texts.
        before: What was drawn last: where only texts differ, its layout is taken over.
    """
    view = visible(graph, closed, validation.shapes)
    problems = _problems_by_box(view, validation)
    sizes = {node.id: box_size(node, problems.get(node.id, ""), look) for node in view.nodes}
    key = _layout_key(view, sizes)
    is_same = before is not None and before.layout is not None and before.key == key
    placed = before.layout if is_same and before is not None and before.layout else places.layout(view, sizes)
    depths = _depths(view)
    boxes = {node.id: _box(graph, node, placed.boxes[node.id], problems) for node in view.nodes}
    frames = {
        group.id: Frame(
            group.id,
            _rect(placed.frames[group.id].rect),
            _rect(placed.frames[group.id].title),
            group.title,
            depths[group.id],
        )
        for group in view.groups
    }
    wires = {(edge.source, edge.target): _wire(edge, placed, validation) for edge in view.edges}
    edges = {(edge.source, edge.target): edge.edges for edge in view.edges}
    return Scenery(Drawing(boxes, frames, wires), edges, placed, key, view)


def _layout_key(view: GraphView, sizes: Mapping[str, tuple[float, float]]) -> object:
    """All that a layout depends on."""
    return (
        tuple((node.id, node.parent, sizes[node.id]) for node in view.nodes),
        tuple((edge.source, edge.target) for edge in view.edges),
        view.groups,
    )


def box_size(node: VisibleNode, problem: str, look: Look) -> tuple[float, float]:
    """Wider than usual where the texts would be cut, taller where a problem is written into the box."""
    title, label = look.title_width(node.title), look.label_width(node.label)
    wanted = max(title, label) + BOX_TEXT_MARGIN + (look.sign_room if node.is_group else 0.0)
    width = max(places.BOX_WIDTH, min(MAX_BOX_WIDTH, 2 * math.ceil(wanted / 2)))
    if not problem:
        return width, places.BOX_HEIGHT
    width = max(width, PROBLEM_WIDTH)
    return width, places.BOX_HEIGHT + look.problem_height(problem, width)


def _box(graph: NetworkGraph, node: VisibleNode, rect: places.Rect, problems: Mapping[str, str]) -> Box:
    layers = [graph.node(member).layer for member in node.members]
    return Box(
        node.id,
        _rect(rect),
        node.title,
        node.label,
        node.category,
        is_group=node.is_group,
        problem=problems.get(node.id, ""),
        has_input=any(layer.arity[1] != 0 for layer in layers),
        has_output=any(not layer.is_end for layer in layers),
    )


def _wire(edge: VisibleEdge, placed: places.Layout, validation: Validation) -> Wire:
    key = (edge.source, edge.target)
    points = tuple(QPointF(x, y) for x, y in placed.edges[key])
    is_bad = any(
        one.source in validation.shapes and one.target not in validation.shapes and validation.at(one.target)
        for one in edge.edges
    )
    text = shape_text(edge.shape) if edge.shape else ""
    return Wire(key, points, text, QPointF(*placed.labels[key]), is_bad)


def _problems_by_box(view: GraphView, validation: Validation) -> dict[str, str]:
    """What is wrong in each box, in words."""
    if validation.is_ok:
        return {}
    box_of = {member: node.id for node in view.nodes for member in node.members}
    found: dict[str, list[GraphProblem]] = {}
    for problem in validation.problems:
        if problem.node in box_of:
            found.setdefault(box_of[problem.node], []).append(problem)
    return {box: _problem_text(box, problems) for box, problems in found.items()}


def _problem_text(box: str, problems: list[GraphProblem]) -> str:
    first = problems[0]
    place = f"{first.node}: " if first.node != box else ""
    more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
    return f"{place}{first.text}{more}"


def _depths(view: GraphView) -> dict[str, int]:
    depths: dict[str, int] = {}
    for group in view.groups:  # outer frames come before inner ones
        depths[group.id] = depths[group.parent] + 1 if group.parent in depths else 0
    return depths


def _rect(rect: places.Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)
