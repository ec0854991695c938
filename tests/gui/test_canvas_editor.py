"""The editor under the hands: clicks, drags and keys, and what is on the screen afterwards."""

import json
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.gui.canvas import commands
from cnnstudio.gui.canvas.drops import layer_mime
from cnnstudio.gui.canvas.editor import NetworkEditor
from cnnstudio.gui.canvas.keys import COMMANDS
from cnnstudio.gui.canvas.look import Detail
from cnnstudio.gui.canvas.menu import make_menu
from cnnstudio.gui.theme import theme
from cnnstudio.gui.undo import UndoStack
from cnnstudio.network.architectures import architectures
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.validate import validate

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass
class Bench:
    """An editor with what a session does for it: it keeps the edits and shows the new graph."""

    editor: NetworkEditor
    qtbot: QtBot
    stack: "UndoStack[NetworkGraph]" = field(default_factory=UndoStack)
    texts: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def show(self, graph: NetworkGraph) -> None:
        self.stack.reset(graph)
        self.editor.set_graph(graph, validate(graph))
        QApplication.processEvents()

    def take(self, graph: NetworkGraph, text: str) -> None:
        self.texts.append(text)
        self.stack.push(graph, text)
        self.editor.set_graph(graph, validate(graph))

    def undo(self) -> None:
        graph = self.stack.undo()
        self.editor.set_graph(graph, validate(graph))

    def redo(self) -> None:
        graph = self.stack.redo()
        self.editor.set_graph(graph, validate(graph))

    def refuse(self, text: str, hint: str) -> None:
        self.refusals.append(f"{text} {hint}")

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.editor.view, key, modifier)

    def point(self, key: str) -> QPoint:
        """The middle of a box in the window, once it stands still."""
        self.editor.view.canvas.motion.finish()
        return self.editor.view.mapFromScene(self.editor.view.canvas.boxes[key].box.rect.center())

    def click(self, key: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.mouseClick(self.editor.view.viewport(), LEFT, modifier, self.point(key))

    def drag(self, start: QPoint, *stops: QPoint) -> None:
        port = self.editor.view.viewport()
        self.qtbot.mouseMove(port, start)
        self.qtbot.mousePress(port, LEFT, pos=start)
        for stop in stops:
            self.qtbot.mouseMove(port, stop)
        self.qtbot.mouseRelease(port, LEFT, pos=stops[-1])

    def port(self, key: str) -> QPoint:
        """The output port of a box in the window."""
        self.editor.view.canvas.motion.finish()
        return self.editor.view.mapFromScene(self.editor.view.canvas.boxes[key].port_out)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    editor = NetworkEditor()
    qtbot.addWidget(editor)
    editor.resize(760, 560)
    bench = Bench(editor, qtbot)
    editor.edited.connect(bench.take)
    editor.undo_wanted.connect(bench.undo)
    editor.redo_wanted.connect(bench.redo)
    editor.refused.connect(bench.refuse)
    with qtbot.waitExposed(editor):
        editor.show()
    return bench


@pytest.fixture
def lenet(bench: Bench) -> Bench:
    bench.show(architectures["lenet5"].build())
    return bench


@pytest.fixture
def resnet(bench: Bench) -> Bench:
    bench.show(architectures["resnet20"].build())
    return bench


# -- choosing


def test_a_click_chooses_a_box_and_shift_adds_another(lenet: Bench) -> None:
    lenet.click("conv1")
    lenet.click("pool1", SHIFT)
    assert lenet.editor.chosen() == {"conv1", "pool1"}

    lenet.click("conv1", CTRL)
    assert lenet.editor.chosen() == {"pool1"}


def test_a_rubber_band_chooses_what_it_touches(lenet: Bench) -> None:
    first, last = lenet.point("input"), lenet.point("tanh1")

    lenet.drag(first - QPoint(150, 60), last)

    assert lenet.editor.chosen() == {"input", "conv1", "tanh1"}


def test_escape_in_a_rubber_band_leaves_it(lenet: Bench) -> None:
    port = lenet.editor.view.viewport()
    lenet.qtbot.mousePress(port, LEFT, pos=QPoint(3, 3))
    lenet.qtbot.mouseMove(port, QPoint(50, 50))
    lenet.key(Qt.Key.Key_Escape)
    lenet.qtbot.mouseMove(port, QPoint(600, 500))

    assert lenet.editor.chosen() == frozenset()


def test_arrow_keys_walk_along_the_connections(lenet: Bench) -> None:
    lenet.key(Qt.Key.Key_Down)
    assert lenet.editor.chosen() == {"input"}

    for _ in range(5):
        lenet.key(Qt.Key.Key_Down)
    assert lenet.editor.chosen() == {"tanh2"}

    lenet.key(Qt.Key.Key_Up)
    assert lenet.editor.chosen() == {"conv2"}


def test_left_and_right_lead_to_the_branch_beside(resnet: Bench) -> None:
    resnet.editor.toggle("stage2")
    resnet.editor.toggle("stage2.block1")
    resnet.editor.choose(["stage2.block1.conv1"])

    resnet.key(Qt.Key.Key_Right)
    assert resnet.editor.chosen() == {"stage2.block1.shortcut"}
    resnet.key(Qt.Key.Key_Left)
    assert resnet.editor.chosen() == {"stage2.block1.conv1"}


def test_ctrl_a_chooses_everything(lenet: Bench) -> None:
    lenet.key(Qt.Key.Key_A, CTRL)

    assert lenet.editor.chosen_nodes() == tuple(node.id for node in lenet.editor.graph.nodes)


# -- editing


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_deleting_the_middle_heals_the_chain(lenet: Bench, key: Qt.Key) -> None:
    lenet.click("tanh1")

    lenet.key(key)

    assert lenet.texts == ["Delete tanh1"]
    assert "tanh1" not in lenet.editor.view.canvas.boxes
    assert ("conv1", "pool1") in lenet.editor.view.canvas.wires


def test_undo_and_redo_keys_lead_back_and_forth(lenet: Bench) -> None:
    start = lenet.editor.graph
    lenet.click("tanh1")
    lenet.key(Qt.Key.Key_Delete)
    end = lenet.editor.graph

    lenet.key(Qt.Key.Key_Z, CTRL)
    assert lenet.editor.graph == start
    lenet.key(Qt.Key.Key_Y, CTRL)
    assert lenet.editor.graph == end
    lenet.key(Qt.Key.Key_Z, CTRL)
    lenet.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert lenet.editor.graph == end


def test_tab_types_and_enter_add_a_layer_behind_the_chosen_one(lenet: Bench) -> None:
    lenet.click("conv1")
    lenet.key(Qt.Key.Key_Tab)
    assert lenet.editor.search.isVisible()

    lenet.qtbot.keyClicks(lenet.editor.search.field, "batch")
    assert next(choice.title for choice in lenet.editor.search.found()) == "Batch norm"
    lenet.qtbot.keyClick(lenet.editor.search.field, Qt.Key.Key_Return)

    assert not lenet.editor.search.isVisible()
    assert lenet.texts == ["Add batch_norm1"]
    assert lenet.editor.graph.predecessors("tanh1") == ("batch_norm1",)
    assert lenet.editor.chosen() == {"batch_norm1"}


def test_tab_on_a_chosen_connection_adds_into_it(lenet: Bench) -> None:
    wire = lenet.editor.view.canvas.wires["pool1", "conv2"]
    at = lenet.editor.view.mapFromScene(wire.middle())
    lenet.qtbot.mouseClick(lenet.editor.view.viewport(), LEFT, pos=at)
    assert lenet.editor.view.canvas.chosen_wires == {("pool1", "conv2")}

    lenet.key(Qt.Key.Key_Tab)
    lenet.qtbot.keyClicks(lenet.editor.search.field, "dropout")
    lenet.qtbot.keyClick(lenet.editor.search.field, Qt.Key.Key_Return)

    assert lenet.editor.graph.predecessors("conv2") == ("dropout1",)


def test_escape_leaves_the_search_box_without_adding(lenet: Bench) -> None:
    lenet.key(Qt.Key.Key_Tab)
    lenet.qtbot.keyClick(lenet.editor.search.field, Qt.Key.Key_Escape)

    assert not lenet.editor.search.isVisible()
    assert lenet.texts == []


def test_deleting_a_chosen_connection_cuts_it_and_says_what_is_missing(lenet: Bench) -> None:
    wire = lenet.editor.view.canvas.wires["conv2", "tanh2"]
    at = lenet.editor.view.mapFromScene(wire.middle())
    lenet.qtbot.mouseClick(lenet.editor.view.viewport(), LEFT, pos=at)
    lenet.key(Qt.Key.Key_Delete)

    box = lenet.editor.view.canvas.boxes["tanh2"].box
    assert box.problem == "Tanh needs 1 input and has none."


def test_copy_and_paste_go_through_json_on_the_clipboard(lenet: Bench) -> None:
    lenet.click("conv1")
    lenet.click("tanh1", SHIFT)
    lenet.key(Qt.Key.Key_C, CTRL)
    copied = json.loads(QApplication.clipboard().text())
    assert [node["id"] for node in copied["nodes"]] == ["conv1", "tanh1"]

    lenet.click("pool1")
    lenet.key(Qt.Key.Key_V, CTRL)

    conv, tanh = lenet.editor.chosen_nodes()
    assert lenet.editor.graph.predecessors(conv) == ("pool1",)
    assert lenet.editor.graph.predecessors("conv2") == (tanh,)


def test_layers_can_be_pasted_into_another_window(lenet: Bench, qtbot: QtBot) -> None:
    lenet.key(Qt.Key.Key_A, CTRL)
    lenet.key(Qt.Key.Key_C, CTRL)
    other = NetworkEditor()
    qtbot.addWidget(other)
    edits: list[NetworkGraph] = []
    other.edited.connect(lambda graph, text: edits.append(graph))

    other.run("paste")

    assert edits[0].nodes == lenet.editor.graph.nodes
    assert edits[0].edges == lenet.editor.graph.edges


@pytest.mark.parametrize(
    "text", ["", "hello", "{", '{"nodes": 3}', '{"nodes": [{"id": "a b", "layer": {"kind": "relu"}}]}']
)
def test_pasting_something_else_is_refused_and_changes_nothing(lenet: Bench, text: str) -> None:
    QApplication.clipboard().setText(text)
    before = lenet.editor.graph

    lenet.key(Qt.Key.Key_V, CTRL)

    assert len(lenet.refusals) == 1
    assert lenet.editor.graph is before


def test_cut_removes_and_names_it(lenet: Bench) -> None:
    lenet.click("pool2")
    lenet.key(Qt.Key.Key_X, CTRL)

    assert lenet.texts == ["Cut pool2"]
    assert not lenet.editor.graph.has_node("pool2")
    lenet.key(Qt.Key.Key_V, CTRL)
    assert lenet.editor.graph.has_node("pool2")


def test_duplicate_puts_a_copy_behind(lenet: Bench) -> None:
    lenet.click("conv2")
    lenet.key(Qt.Key.Key_D, CTRL)

    assert lenet.texts == ["Duplicate conv3"]
    assert lenet.editor.graph.predecessors("conv3") == ("conv2",)


def test_a_drag_from_port_to_box_connects(lenet: Bench) -> None:
    lenet.click("conv1")
    lenet.drag(lenet.port("conv1"), lenet.point("tanh1"), lenet.point("pool1"))

    assert lenet.texts == ["Connect conv1 to pool1"]
    assert lenet.editor.graph.predecessors("pool1") == ("conv1",)


def test_a_drag_against_the_flow_says_why_at_the_pointer_and_connects_nothing(lenet: Bench) -> None:
    port = lenet.editor.view.viewport()
    lenet.qtbot.mouseMove(port, lenet.point("pool2"))
    lenet.qtbot.mousePress(port, LEFT, pos=lenet.port("pool2"))
    lenet.qtbot.mouseMove(port, lenet.point("conv1"))

    assert lenet.editor.view.hint.isVisible()
    assert "circle" in lenet.editor.view.hint.text()
    lenet.qtbot.mouseRelease(port, LEFT, pos=lenet.point("conv1"))
    assert not lenet.editor.view.hint.isVisible()
    assert lenet.texts == []


def drop(bench: Bench, layer: dict[str, object], at: QPoint) -> None:
    data, none = layer_mime(layer), Qt.KeyboardModifier.NoModifier
    port, copy = bench.editor.view.viewport(), Qt.DropAction.CopyAction
    QApplication.sendEvent(port, QDragEnterEvent(at, copy, data, LEFT, none))
    QApplication.sendEvent(port, QDragMoveEvent(at, copy, data, LEFT, none))
    QApplication.sendEvent(port, QDropEvent(QPointF(at), copy, data, LEFT, none))


def test_a_layer_dropped_on_a_connection_goes_into_it(lenet: Bench) -> None:
    at = lenet.editor.view.mapFromScene(lenet.editor.view.canvas.wires["tanh1", "pool1"].middle())

    drop(lenet, {"kind": "dropout", "rate": 0.25}, at)

    assert lenet.texts == ["Add dropout1"]
    assert lenet.editor.graph.predecessors("pool1") == ("dropout1",)


def test_a_layer_dropped_beside_the_graph_stays_unconnected_and_says_so(lenet: Bench) -> None:
    drop(lenet, {"kind": "relu"}, QPoint(4, 550))

    assert lenet.editor.graph.predecessors("relu1") == ()
    assert lenet.editor.view.canvas.boxes["relu1"].box.problem.startswith("ReLU needs 1 input and has none.")


def test_something_strange_dropped_is_refused(lenet: Bench) -> None:
    drop(lenet, {"kind": "teapot"}, QPoint(4, 550))

    assert lenet.texts == []
    assert "teapot" in lenet.refusals[0]


def test_a_kernel_larger_than_the_map_is_said_in_the_box_and_later_sizes_are_unknown(lenet: Bench) -> None:
    graph = lenet.editor.graph
    lenet.take(graph.set_layer("conv2", Conv2d(filters=16, kernel=25)), "Change kernel of conv2")

    canvas = lenet.editor.view.canvas
    assert canvas.boxes["conv2"].box.problem == "A 25×25 kernel does not fit the 14×14 feature map."
    assert canvas.boxes["conv2"].box.rect.height() > canvas.boxes["conv1"].box.rect.height()
    assert canvas.wires["pool1", "conv2"].wire.is_bad
    assert not canvas.wires["conv2", "tanh2"].wire.is_known


def test_a_network_for_reading_refuses_every_edit_and_says_why(lenet: Bench) -> None:
    before = lenet.editor.graph
    lenet.editor.set_read_only("This is the network of run 4; it can't be changed.")
    lenet.click("conv1")
    for key, modifier in (
        (Qt.Key.Key_Delete, None),
        (Qt.Key.Key_Tab, None),
        (Qt.Key.Key_D, CTRL),
        (Qt.Key.Key_X, CTRL),
    ):
        lenet.key(key, modifier or Qt.KeyboardModifier.NoModifier)
    drop(lenet, {"kind": "relu"}, QPoint(4, 550))

    assert lenet.editor.graph is before
    assert lenet.texts == []
    assert len(lenet.refusals) == 5
    assert not lenet.editor.search.isVisible()


# -- groups


def test_blocks_come_closed_and_open_by_a_double_click(resnet: Bench) -> None:
    assert set(resnet.editor.view.canvas.frames) == set()

    resnet.qtbot.mouseDClick(resnet.editor.view.viewport(), LEFT, pos=resnet.point("stage1") - QPoint(40, 0))

    assert set(resnet.editor.view.canvas.frames) == {"stage1"}
    assert "stage1.block1" in resnet.editor.view.canvas.boxes


def test_the_signs_open_and_close_a_block(resnet: Bench) -> None:
    view = resnet.editor.view
    view.zoom_by(1 / view.camera.zoom)
    plus = view.canvas.boxes["stage1"]
    resnet.qtbot.mouseClick(view.viewport(), LEFT, pos=view.mapFromScene(plus.pos() + plus.sign_rect().center()))
    assert "stage1" in view.canvas.frames

    view.canvas.motion.finish()
    minus = view.canvas.frames["stage1"].sign_rect().center()
    resnet.qtbot.mouseClick(view.viewport(), LEFT, pos=view.mapFromScene(minus))
    assert "stage1" in view.canvas.boxes


def test_choosing_a_hidden_layer_opens_the_blocks_around_it(resnet: Bench) -> None:
    resnet.editor.choose(["stage3.block2.conv1"])

    assert {"stage3", "stage3.block2"} == set(resnet.editor.view.canvas.frames)
    assert resnet.editor.chosen() == {"stage3.block2.conv1"}
    seen = resnet.editor.view.camera.visible_rect()
    assert seen.contains(resnet.editor.view.canvas.drawing.boxes["stage3.block2.conv1"].rect)


def test_closing_a_block_chooses_it_instead_of_what_was_chosen_inside(resnet: Bench) -> None:
    resnet.editor.choose(["stage1.block1.conv1"])
    resnet.editor.toggle("stage1")

    assert resnet.editor.chosen() == {"stage1"}


def test_deleting_a_closed_block_removes_all_of_it(resnet: Bench) -> None:
    resnet.click("stage1")
    resnet.key(Qt.Key.Key_Delete)

    assert not any(node.id.startswith("stage1") for node in resnet.editor.graph.nodes)
    assert "stage1" not in {group.id for group in resnet.editor.graph.groups}


# -- the view


def test_the_whole_network_is_in_sight_at_first_and_after_f(lenet: Bench) -> None:
    view = lenet.editor.view
    assert view.camera.visible_rect().contains(view.canvas.drawing.rect)
    view.zoom_by(3)
    assert not view.camera.visible_rect().contains(view.canvas.drawing.rect)

    lenet.key(Qt.Key.Key_F)

    assert view.camera.visible_rect().contains(view.canvas.drawing.rect)


def test_the_wheel_zooms_around_the_pointer(lenet: Bench) -> None:
    view, at = lenet.editor.view, QPointF(200, 130)
    under = view.camera.to_scene(at)

    for _ in range(4):
        view.zoom_by(1.2, at)

    after = view.camera.to_scene(at)
    # The offset is held in whole px.
    assert (after - under).manhattanLength() < 2 / view.camera.zoom


def test_an_edit_keeps_the_chosen_box_where_it_is_on_the_screen(lenet: Bench) -> None:
    view = lenet.editor.view
    view.zoom_by(1.6)
    lenet.editor.choose(["pool1"])
    before = lenet.point("pool1")

    lenet.take(commands.add_layer(lenet.editor.graph, Conv2d(padding=1), after="input").graph, "Add conv3")

    assert lenet.editor.chosen() == {"pool1"}
    assert (lenet.point("pool1") - before).manhattanLength() <= 3


def test_the_middle_button_pans(lenet: Bench) -> None:
    view = lenet.editor.view
    before = view.camera.to_scene(QPointF(0, 0))
    middle, port = Qt.MouseButton.MiddleButton, view.viewport()
    lenet.qtbot.mousePress(port, middle, pos=QPoint(300, 300))
    lenet.qtbot.mouseMove(port, QPoint(340, 320))
    lenet.qtbot.mouseRelease(port, middle, pos=QPoint(340, 320))

    moved = (before - view.camera.to_scene(QPointF(0, 0))) * view.camera.zoom
    assert moved.x() == pytest.approx(40, abs=1.5)
    assert moved.y() == pytest.approx(20, abs=1.5)


def test_space_and_drag_pans_instead_of_choosing(lenet: Bench) -> None:
    view = lenet.editor.view
    lenet.qtbot.keyPress(view, Qt.Key.Key_Space)
    lenet.drag(lenet.point("conv1"), lenet.point("conv1") + QPoint(30, 0))
    lenet.qtbot.keyRelease(view, Qt.Key.Key_Space)

    assert lenet.editor.chosen() == frozenset()
    assert not view.is_untouched


def test_the_drawing_can_not_be_lost_by_panning(lenet: Bench) -> None:
    view = lenet.editor.view
    for _ in range(50):
        view.move_by_hand(QPoint(500, -700))

    assert view.camera.visible_rect().intersects(view.canvas.drawing.rect)


def test_detail_falls_away_when_zoomed_out(resnet: Bench) -> None:
    view = resnet.editor.view
    view.zoom_by(0.3 / view.camera.zoom)
    assert view.canvas.look.detail is Detail.SIMPLE
    assert view.canvas.overview.isVisible()
    assert not any(item.isVisible() for item in view.canvas.boxes.values())

    view.zoom_by(1 / view.camera.zoom)
    assert view.canvas.look.detail is Detail.FULL
    assert all(item.isVisible() for item in view.canvas.boxes.values())


def test_the_mini_map_shows_only_while_something_is_out_of_sight(lenet: Bench) -> None:
    view = lenet.editor.view
    assert not view.minimap.isVisible()

    view.zoom_by(2.5)
    assert view.minimap.isVisible()
    lenet.qtbot.mouseClick(view.minimap, LEFT, pos=QPoint(12, 12))
    assert view.camera.visible_rect().contains(view.canvas.drawing.boxes["input"].rect.center())


def test_a_small_view_has_no_mini_map(lenet: Bench) -> None:
    view = lenet.editor.view
    view.zoom_by(2.5)
    lenet.editor.resize(2 * view.minimap.width(), 2 * view.minimap.height())
    assert not view.minimap.isVisible()
    lenet.editor.resize(3 * view.minimap.width(), 3 * view.minimap.height())
    assert view.minimap.isVisible()


def test_a_box_in_the_other_theme_has_the_other_surface(lenet: Bench) -> None:
    def colour(grabbed: QImage) -> str:
        at = lenet.point("conv1") + QPoint(60, -14)
        return grabbed.pixelColor(at).name()

    light = colour(lenet.editor.view.viewport().grab().toImage())
    theme.set_choice("dark")
    QApplication.processEvents()
    dark = colour(lenet.editor.view.viewport().grab().toImage())

    assert light == "#ffffff"
    assert dark == theme.tokens.surface.lower()


def test_a_network_that_is_a_circle_in_a_file_is_drawn_and_says_so(bench: Bench) -> None:
    graph = architectures["lenet5"].build()
    edges = tuple(edge.replace(source="pool2") if edge.target == "conv1" else edge for edge in graph.edges)
    bench.show(graph.changed(edges=edges))

    problems = [item.box.problem for item in bench.editor.view.canvas.boxes.values() if item.box.problem]
    assert any("cycle" in problem or "circle" in problem for problem in problems)
    assert len(bench.editor.view.canvas.boxes) == len(graph.nodes)


def test_every_command_has_a_key_that_nothing_else_has(bench: Bench) -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)
    for command in COMMANDS:
        bench.editor.run(command.id)


def test_the_menu_of_a_network_for_reading_offers_only_what_changes_nothing(lenet: Bench) -> None:
    menu = make_menu(lenet.editor, has_layers=True, has_group=False, is_read_only=True)

    offered = [action.text() for action in menu.actions() if not action.isSeparator() and action.isEnabled()]

    assert offered == ["Copy", "Save as my block…", "Choose all", "Fit into the window", "100 %"]


def test_a_drawing_taken_over_from_the_last_edit_is_the_one_that_would_be_made_anew(bench: Bench, qtbot: QtBot) -> None:
    start = architectures["resnet20"].build()
    end = start.set_layer("conv1", Conv2d(filters=24, padding=1, bias=False))
    fresh = NetworkEditor()
    qtbot.addWidget(fresh)
    fresh.resize(bench.editor.size())
    fresh.show()
    for graph in (start, end):  # only texts differ: the places are taken over
        bench.editor.set_graph(graph, validate(graph))
    for graph in (start, start.remove(["bn1"]), end):  # a layer less in between: everything is laid out again
        fresh.set_graph(graph, validate(graph))

    assert bench.editor.view.canvas.drawing == fresh.view.canvas.drawing
    assert bench.editor.view.canvas.wires["conv1", "bn1"].wire.text == "24 × 32 × 32"
