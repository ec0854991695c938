"""Edits that move nothing change a few texts; what is then shown is what would be drawn anew."""

import random

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.gui.canvas.editor import NetworkEditor
from cnnstudio.gui.canvas.wire_item import WireItem
from cnnstudio.network.architectures import architectures
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.validate import validate


@pytest.fixture
def editor(qtbot: QtBot) -> NetworkEditor:
    made = NetworkEditor()
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def show(editor: NetworkEditor, graph: NetworkGraph) -> None:
    editor.set_graph(graph, validate(graph))


def drawn_anew(editor: NetworkEditor) -> object:
    """What a full drawing of the same graph gives."""
    editor._draw()
    return editor.view.canvas.drawing


def resized(graph: NetworkGraph, node: str, filters: int) -> NetworkGraph:
    return graph.set_layer(node, graph.node(node).layer.replace(filters=filters))


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_what_is_shown_after_some_edits_is_what_a_full_drawing_shows(editor: NetworkEditor, is_open: bool) -> None:
    graph = architectures["resnet20"].build()
    show(editor, graph)
    editor.open_all(is_open)
    rng = random.Random(1)
    convs = [node.id for node in graph.nodes if node.id.endswith("conv1")]
    for _ in range(12):
        graph = resized(graph, rng.choice(convs), rng.choice([8, 16, 17, 64, 100]))
        show(editor, graph)
        shown = editor.view.canvas.drawing
        assert shown == drawn_anew(editor)


def test_an_edit_of_a_number_makes_no_new_items_and_lays_nothing_out(
    editor: NetworkEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = architectures["resnet20"].build()
    show(editor, graph)
    editor.open_all()
    monkeypatch.setattr(editor, "_draw", lambda **_: pytest.fail("all was drawn anew"))
    show(editor, resized(graph, "stage1.block1.conv1", 17))
    wire: WireItem = editor.view.canvas.wires["stage1.block1.conv1", "stage1.block1.bn1"]
    assert wire.wire.text == "17 × 32 × 32"
    assert "17" in editor.view.canvas.boxes["stage1.block1.conv1"].box.label


@pytest.mark.parametrize(
    "edit",
    [
        lambda graph: graph.set_layer("stage1.block1.relu1", Conv2d(filters=16, padding=1)),
        lambda graph: graph.remove(["bn1"]),
        lambda graph: graph.set_layer("stage1.block1.conv1", Conv2d(filters=16, kernel=99)),
        lambda graph: graph.rename("bn1", "norm"),
        lambda graph: graph.without_group("stage1.block1"),
    ],
    ids=["another kind", "a layer less", "a problem", "a name", "a group less"],
)
def test_edits_that_do_more_are_drawn_anew(editor: NetworkEditor, edit: object) -> None:
    graph = architectures["resnet20"].build()
    show(editor, graph)
    editor.open_all()
    show(editor, edit(graph))  # type: ignore[operator]
    shown = editor.view.canvas.drawing
    assert shown == drawn_anew(editor)


def test_a_longer_text_finds_a_place_of_its_own(editor: NetworkEditor) -> None:
    graph = architectures["resnet20"].build()
    show(editor, graph)
    editor.open_all()
    show(editor, resized(graph, "stage1.block1.conv1", 4096))
    item = editor.view.canvas.wires["stage1.block1.conv1", "stage1.block1.bn1"]
    assert item.text_rect is not None
    assert item.text_rect.width() >= editor.view.canvas.look.wire_width("4096 × 32 × 32")


def test_layers_of_equal_settings_are_still_other_layers(editor: NetworkEditor) -> None:
    graph = architectures["resnet20"].build()
    show(editor, graph)
    show(editor, graph.set_layer("relu1", ReLU()))
    assert editor.graph.node("relu1").layer == graph.node("relu1").layer
