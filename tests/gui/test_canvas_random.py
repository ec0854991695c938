"""Thousands of random edits: undo leads back to the start, redo to the end, and every graph survives a file."""

import random
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import GraphError
from cnnstudio.gui.canvas import commands, grouping
from cnnstudio.gui.canvas.choices import layer_choices
from cnnstudio.gui.canvas.commands import GraphEdit
from cnnstudio.gui.canvas.connecting import connect_boxes
from cnnstudio.gui.canvas.editor import NetworkEditor
from cnnstudio.gui.undo import UndoStack
from cnnstudio.network.architectures import architectures
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.io import parse_graph
from cnnstudio.network.pieces import piece_of
from cnnstudio.network.validate import validate


def some(rng: random.Random, graph: NetworkGraph, most: int = 3) -> list[str]:
    ids = [node.id for node in graph.nodes]
    return rng.sample(ids, min(len(ids), rng.randint(1, most)))


def random_edit(rng: random.Random, graph: NetworkGraph) -> GraphEdit:
    """One of the editor's edits, with random arguments; GraphError where it isn't possible."""
    nodes = some(rng, graph)
    edges = rng.sample(list(graph.edges), 1) if graph.edges and rng.random() < 0.5 else []
    groups = [group.id for group in graph.groups]
    piece = piece_of(graph, nodes)
    layer = rng.choice(layer_choices()).layer
    kinds: list[Callable[[], GraphEdit]] = [
        lambda: commands.delete(graph, nodes, ()),
        lambda: commands.delete(graph, (), edges),
        lambda: commands.add_layer(graph, layer, edges=edges),
        lambda: commands.add_layer(graph, layer, after=nodes[0]),
        lambda: commands.paste(graph, piece, after=nodes[0]),
        lambda: commands.paste(graph, piece, edges=edges),
        lambda: connect_boxes(graph, nodes[0], nodes[-1]),
        lambda: grouping.group(graph, nodes),
        lambda: grouping.ungroup(graph, rng.sample(groups, 1)),
        lambda: GraphEdit(graph.set_layer(nodes[0], layer), "Replace"),
    ]
    if len(graph.nodes) > 60:
        return commands.delete(graph, some(rng, graph, 20), ())
    return rng.choice(kinds)()


def edit_at_random(graph: NetworkGraph, count: int, seed: int) -> list[GraphEdit]:
    rng = random.Random(seed)
    edits: list[GraphEdit] = []
    while len(edits) < count:
        try:
            edit = random_edit(rng, graph)
        except (GraphError, ValueError):
            continue  # refused: the graph on the screen stays
        if not edit.graph.nodes:
            continue
        edits.append(edit)
        graph = edit.graph
    return edits


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lenet5", "resnet20"])
def test_two_thousand_random_edits_can_be_undone_and_redone(name: str) -> None:
    start = architectures[name].build()
    stack: UndoStack[NetworkGraph] = UndoStack()
    stack.reset(start)
    edits = edit_at_random(start, 2000, seed=7)
    for edit in edits:
        stack.push(edit.graph, edit.text)

    undone = [stack.undo() for _ in edits]
    assert undone[-1] == start
    assert stack.undo_text is None

    redone = [stack.redo() for _ in edits]
    assert redone[-1] == edits[-1].graph
    assert [edit.graph for edit in edits] == redone
    assert all(edit.text for edit in edits)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lenet5", "resnet20"])
def test_every_graph_of_a_thousand_random_edits_survives_a_file(name: str) -> None:
    for edit in edit_at_random(architectures[name].build(), 1000, seed=11):
        assert parse_graph(edit.graph.to_json()) == edit.graph
        validate(edit.graph)


@pytest.mark.slow
def test_the_editor_draws_whatever_random_edits_leave(qtbot: QtBot) -> None:
    editor = NetworkEditor()
    qtbot.addWidget(editor)
    editor.resize(700, 500)
    editor.show()
    rng = random.Random(3)

    for edit in edit_at_random(architectures["resnet20"].build(), 150, seed=5):
        editor.set_graph(edit.graph, validate(edit.graph))
        if rng.random() < 0.2:
            editor.open_all(rng.random() < 0.5)
        editor.choose(edit.chosen)
        editor.grab()

        boxes = editor.view.canvas.drawing.boxes
        hidden = {member for group in edit.graph.groups for member in edit.graph.group_nodes(group.id)}
        assert {node.id for node in edit.graph.nodes} - hidden <= set(boxes)
