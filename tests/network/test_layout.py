"""The automatic layout: nothing overlaps, and no line crosses a box or a title."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.network.graph import Edge, Group, NetworkGraph, Node
from cnnstudio.network.layers.merges import Add
from cnnstudio.network.layout import Layout, Rect, layout
from cnnstudio.network.view import GraphView, all_groups, visible
from cnnstudio.network.zoo import architectures

Segment = tuple[tuple[float, float], tuple[float, float]]


def segments(result: Layout) -> Iterator[tuple[tuple[str, str], Segment]]:
    for key, points in result.edges.items():
        for pair in itertools.pairwise(points):
            yield key, pair


def crosses(segment: Segment, rect: Rect) -> bool:
    """True if a horizontal or vertical segment runs through the inside of a rectangle."""
    (x1, y1), (x2, y2) = segment
    return (
        max(x1, x2) > rect.x + 1e-6
        and min(x1, x2) < rect.x + rect.width - 1e-6
        and max(y1, y2) > rect.y + 1e-6
        and min(y1, y2) < rect.y + rect.height - 1e-6
    )


def overlap(a: Rect, b: Rect) -> bool:
    return (
        min(a.x + a.width, b.x + b.width) - max(a.x, b.x) > 1e-6
        and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > 1e-6
    )


def contains(outer: Rect, inner: Rect) -> bool:
    return (
        outer.x <= inner.x + 1e-6
        and outer.y <= inner.y + 1e-6
        and outer.x + outer.width >= inner.x + inner.width - 1e-6
        and outer.y + outer.height >= inner.y + inner.height - 1e-6
    )


def check(view: GraphView, result: Layout) -> None:
    boxes = result.boxes
    assert set(boxes) == {node.id for node in view.nodes}
    assert set(result.edges) == set(result.labels) == {(edge.source, edge.target) for edge in view.edges}
    for (source, target), points in result.edges.items():
        first, last = boxes[source], boxes[target]
        assert points[0][1] == pytest.approx(first.y + first.height)
        assert points[-1][1] == pytest.approx(last.y)
        assert first.x <= points[0][0] <= first.x + first.width
        assert last.x <= points[-1][0] <= last.x + last.width
    for key, (a, b) in segments(result):
        assert a[0] == pytest.approx(b[0]) or a[1] == pytest.approx(b[1]), f"{key} is slanted"
    for one, other in itertools.combinations(boxes.values(), 2):
        assert not overlap(one, other)


def check_clean(view: GraphView, result: Layout) -> None:
    """Also holds where data only flows forwards between the boxes."""
    check(view, result)
    for key, segment in segments(result):
        assert not any(crosses(segment, rect) for rect in result.boxes.values()), f"{key} crosses a box"
        assert not any(crosses(segment, frame.title) for frame in result.frames.values()), f"{key} crosses a title"
    parents = {node.id: node.parent for node in view.nodes} | {group.id: group.parent for group in view.groups}
    rects = dict(result.boxes) | {group_id: frame.rect for group_id, frame in result.frames.items()}
    for item, rect in rects.items():
        above = parents[item]
        if above is not None:
            assert contains(result.frames[above].rect, rect)
    for (one, a), (other, b) in itertools.combinations(result.frames.items(), 2):
        if one not in _around(parents, other) and other not in _around(parents, one):
            assert not overlap(a.rect, b.rect)


def _around(parents: dict[str, str | None], item: str) -> list[str]:
    found = []
    above = parents[item]
    while above is not None:
        found.append(above)
        above = parents[above]
    return found


@pytest.mark.parametrize("name", ["lenet5", "lenet5-modern", "gap-cnn", "plain20", "resnet20"])
@pytest.mark.parametrize("is_open", [True, False])
def test_architectures_are_drawn_clean(name: str, is_open: bool) -> None:
    graph = architectures[name].build()
    view = visible(graph, () if is_open else all_groups(graph))
    check_clean(view, layout(view))


def test_main_path_is_one_straight_column() -> None:
    graph = architectures["resnet20"].build()
    view = visible(graph, ())
    boxes = layout(view).boxes
    axes = {boxes[node.id].x + boxes[node.id].width / 2 for node in view.nodes if node.title != "shortcut"}
    assert axes == {0.0}


def test_titles_have_room() -> None:
    graph = architectures["resnet20"].build()
    result = layout(visible(graph, ()))
    for group in graph.groups:
        assert result.frames[group.id].title.width >= 7 * len(group.title)


def test_own_sizes_are_kept() -> None:
    graph = architectures["lenet5"].build()
    rect = layout(visible(graph, ()), {"conv1": (300.0, 80.0)}).boxes["conv1"]
    assert (rect.width, rect.height) == (300.0, 80.0)


def random_graph(data: st.DataObject) -> NetworkGraph:
    count = data.draw(st.integers(0, 9))
    ids = [f"n{i}" for i in range(count)]
    pairs = [(a, b) for i, a in enumerate(ids) for b in ids[i + 1 :]]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14)) if pairs else []
    ports: dict[str, int] = {}
    edges = []
    for source, target in chosen:
        edges.append(Edge(source=source, target=target, port=ports.get(target, 0)))
        ports[target] = ports.get(target, 0) + 1
    return NetworkGraph(nodes=tuple(Node(id=i, layer=Add()) for i in ids), edges=tuple(edges))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_graph_without_cycles_is_drawn_clean(data: st.DataObject) -> None:
    view = visible(random_graph(data), ())
    check_clean(view, layout(view))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_groups_are_drawn_without_overlap(data: st.DataObject) -> None:
    graph = random_graph(data)
    ids = [node.id for node in graph.nodes]
    for number in range(data.draw(st.integers(0, 3)) if ids else 0):
        members = data.draw(st.lists(st.sampled_from(ids), unique=True, min_size=1))
        parents = [None, *(group.id for group in graph.groups)]
        parent = data.draw(st.sampled_from(parents))
        graph = graph.with_group(Group(id=f"g{number}", title="Group", members=tuple(members), parent=parent))
    collapsed = data.draw(st.lists(st.sampled_from([group.id for group in graph.groups]))) if graph.groups else []
    view = visible(graph, collapsed)
    check(view, layout(view))


def test_cycles_are_drawn_too() -> None:
    edges = (Edge(source="a", target="b"), Edge(source="b", target="a"))
    graph = NetworkGraph(nodes=(Node(id="a", layer=Add()), Node(id="b", layer=Add())), edges=edges)
    view = visible(graph, ())
    check(view, layout(view))
