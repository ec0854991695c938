"""Drawings of real networks: nothing overlaps, no wire crosses a box or a title, before and after folding."""

import itertools

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtWidgets import QApplication

from cnnstudio.gui.canvas.curves import Taken, distance_to_route, middle_of_route, rounded_path
from cnnstudio.gui.canvas.drawing import Box, Drawing, Wire
from cnnstudio.gui.canvas.fold import best_columns, fold
from cnnstudio.gui.canvas.look import Look
from cnnstudio.gui.canvas.scenery import draw
from cnnstudio.gui.theme import theme
from cnnstudio.network.architectures import architectures
from cnnstudio.network.validate import validate
from cnnstudio.network.view import all_groups

NETWORKS = ("lenet5", "resnet20", "resnet50", "googlenet", "vgg16")


def folded(name: str, *, is_open: bool) -> Drawing:
    graph = architectures[name].build()
    closed = frozenset() if is_open else all_groups(graph)
    drawing = draw(graph, validate(graph), closed, Look(theme.tokens)).drawing
    return fold(drawing, best_columns(drawing, QSizeF(650, 450)))[0]


def chain(count: int) -> Drawing:
    boxes = {f"n{i}": Box(f"n{i}", QRectF(0, 82 * i, 170, 44), f"n{i}", "", "conv") for i in range(count)}
    wires = {
        (f"n{i}", f"n{i + 1}"): Wire((f"n{i}", f"n{i + 1}"), (QPointF(85, 82 * i + 44), QPointF(85, 82 * i + 82)), "8")
        for i in range(count - 1)
    }
    return Drawing(boxes, {}, wires)


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_boxes_never_overlap(qapp: QApplication, name: str, is_open: bool) -> None:
    boxes = [box.rect for box in folded(name, is_open=is_open).boxes.values()]

    overlapping = [(a, b) for a, b in itertools.combinations(boxes, 2) if a.intersects(b)]

    assert overlapping == []


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_no_wire_crosses_a_box_or_the_title_of_a_group(qapp: QApplication, name: str, is_open: bool) -> None:
    drawing = folded(name, is_open=is_open)
    solid = [box.rect.adjusted(1, 1, -1, -1) for box in drawing.boxes.values()]
    # The title's words begin at its left; the place behind them may be crossed by nothing either.
    solid += [frame.title_rect.adjusted(1, 1, -1, -1) for frame in drawing.frames.values()]

    crossed = [
        wire.key
        for wire in drawing.wires.values()
        for a, b in itertools.pairwise(wire.points)
        for rect in solid
        if QRectF(a, b).normalized().adjusted(-0.01, -0.01, 0.01, 0.01).intersects(rect)
    ]

    assert crossed == []


@pytest.mark.parametrize("name", NETWORKS)
def test_every_wire_still_leaves_its_source_and_reaches_its_target(qapp: QApplication, name: str) -> None:
    drawing = folded(name, is_open=True)

    for (source, target), wire in drawing.wires.items():
        start, end = drawing.boxes[source].rect, drawing.boxes[target].rect
        assert wire.points[0].y() == pytest.approx(start.bottom())
        assert start.left() <= wire.points[0].x() <= start.right()
        assert wire.points[-1].y() == pytest.approx(end.top())
        assert end.left() <= wire.points[-1].x() <= end.right()


def test_a_chain_of_twelve_stands_in_columns_where_the_room_is_wide(qapp: QApplication) -> None:
    drawing = chain(12)

    shown, _ = fold(drawing, best_columns(drawing, QSizeF(700, 400)))

    lefts = {box.rect.left() for box in shown.boxes.values()}
    assert len(lefts) == 3
    # 4 boxes with 3 gaps of 38 between them, and room for the wires that go round.
    assert shown.rect.height() < 4 * 82 + 16 + 30
    assert shown.rect.width() <= 700


def test_a_chain_stays_one_column_where_the_room_is_high(qapp: QApplication) -> None:
    drawing = chain(6)

    shown, _ = fold(drawing, best_columns(drawing, QSizeF(700, 2000)))

    assert shown == drawing


def test_a_new_box_stands_in_the_column_of_the_one_before_it(qapp: QApplication) -> None:
    drawing = chain(12)
    _, columns = fold(drawing, best_columns(drawing, QSizeF(700, 400)))
    longer = chain(13)  # n12 is new, behind the last

    shown, now = fold(longer, columns)

    assert now["n12"] == now["n11"] == 2
    assert [now[f"n{i}"] for i in range(12)] == [columns[f"n{i}"] for i in range(12)]
    assert shown.boxes["n12"].rect.left() == shown.boxes["n11"].rect.left()


def test_a_column_keeps_its_place_when_its_first_box_is_deleted(qapp: QApplication) -> None:
    drawing = chain(12)
    _, columns = fold(drawing, best_columns(drawing, QSizeF(700, 400)))
    first = next(key for key, column in columns.items() if column == 1)
    left = {key: box for key, box in drawing.boxes.items() if key != first}
    wires = {key: wire for key, wire in drawing.wires.items() if first not in key}
    number = int(first[1:])
    around = (f"n{number - 1}", f"n{number + 1}")
    wires[around] = Wire(around, (QPointF(85, 82 * number - 38), QPointF(85, 82 * number + 82)), "8")

    _, now = fold(Drawing(left, {}, wires), columns)

    assert {key: now[key] for key in left} == {key: columns[key] for key in left}


def test_two_different_values_side_by_side_are_never_cut(qapp: QApplication) -> None:
    drawing = chain(12)
    skip = Wire(("n0", "n11"), (QPointF(150, 44), QPointF(200, 60), QPointF(200, 890), QPointF(150, 902)), "8")
    wires = {**drawing.wires, skip.key: skip}

    shown, _ = fold(
        with_skip := Drawing(drawing.boxes, {}, wires),
        best_columns(Drawing(drawing.boxes, {}, wires), QSizeF(700, 400)),
    )

    assert shown == with_skip


def test_the_distance_to_a_route_is_that_to_its_nearest_piece() -> None:
    route = (QPointF(0, 0), QPointF(0, 100), QPointF(50, 100))

    assert distance_to_route(QPointF(3, 50), route) == pytest.approx(3)
    assert distance_to_route(QPointF(53, 104), route) == pytest.approx(5)
    assert middle_of_route(route) == QPointF(0, 75)


def test_rounded_corners_keep_the_ends_of_the_route() -> None:
    path = rounded_path((QPointF(0, 0), QPointF(0, 100), QPointF(50, 100)))

    assert path.currentPosition() == QPointF(50, 100)
    assert path.boundingRect() == QRectF(0, 0, 50, 100)


def test_a_taken_place_is_passed_over_and_then_free_ones_are_found() -> None:
    taken = Taken([QRectF(0, 0, 10, 200)])

    found = taken.first_free([QRectF(5, 150, 10, 10), QRectF(20, 150, 10, 10)])

    assert found == QRectF(20, 150, 10, 10)
    assert taken.first_free([QRectF(5, 190, 10, 20)]) is None
