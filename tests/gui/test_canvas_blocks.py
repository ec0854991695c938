"""Repeating, and the user's own blocks: from the graph into the palette and back."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from cnnstudio.gui.canvas.drops import PIECE_MIME, piece_mime
from cnnstudio.gui.pages.network import NetworkPage
from cnnstudio.gui.session import Session
from cnnstudio.network.repeat import repeat
from cnnstudio.network.saved_blocks import block_of, list_blocks
from cnnstudio.network.validate import validate

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


@pytest.fixture
def page(shapes_session: Session, qtbot: QtBot) -> NetworkPage:
    """The page with a ResNet-20."""
    page = NetworkPage(shapes_session)
    qtbot.addWidget(page)
    page.resize(1356, 818)
    with qtbot.waitExposed(page):
        page.show()
    shapes_session.use_architecture("resnet20")
    return page


def dialog_of(page: NetworkPage, qtbot: QtBot) -> QInputDialog:
    editor = page.canvas.editor
    qtbot.waitUntil(lambda: editor.findChild(QInputDialog) is not None, timeout=5_000)
    dialog = editor.findChild(QInputDialog)
    assert dialog is not None
    return dialog


def test_ctrl_r_repeats_the_chosen_block(page: NetworkPage, qtbot: QtBot) -> None:
    before = page.session.graph
    assert before is not None
    page.canvas.editor.choose(["stage1.block3"])
    qtbot.keyClick(page.canvas.editor.view, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(page, qtbot)
    dialog.setIntValue(3)
    dialog.accept()

    assert page.session.graph == repeat(before, before.group_nodes("stage1.block3"), 3)
    assert page.session.undo_text == "Repeat Residual block ×3"
    page.session.undo()
    assert page.session.graph == before


def test_layers_with_two_ways_in_are_not_repeated_and_the_reason_is_said(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["stage1.block1.add"])
    with qtbot.waitSignal(page.session.notice) as told:
        page.canvas.editor.run("repeat")
    assert "2 ways in" in told.args[1]


def test_a_saved_block_stands_in_the_palette_and_a_click_adds_it(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["stage1.block2"])
    page.canvas.editor.run("save_block")
    dialog = dialog_of(page, qtbot)
    dialog.setTextValue("My <b>block</b>")
    dialog.accept()
    qtbot.waitUntil(lambda: len(page.palette_list.blocks()) == 1, timeout=TIMEOUT_MS)

    assert [block.title for block in list_blocks()] == ["My <b>block</b>"]
    before = page.session.graph
    assert before is not None
    page.canvas.editor.choose(["stage1.block3"])
    qtbot.mouseClick(page.palette_list.blocks()[0], LEFT)
    now = page.session.graph
    assert now is not None
    assert len(now.nodes) == len(before.nodes) + 7
    assert validate(now).is_ok
    assert "stage1.block4" in {group.id for group in now.groups}


def test_the_search_box_finds_my_blocks(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["stage1.block2"])
    page.canvas.editor.blocks.save("Wonder")
    qtbot.waitUntil(lambda: bool(page.palette_list.blocks()), timeout=TIMEOUT_MS)
    page.canvas.editor.open_search()
    page.canvas.editor.search.field.setText("wond")
    assert [choice.title for choice in page.canvas.editor.search.found()] == ["Wonder"]


def test_a_block_dragged_onto_a_connection_is_inserted_there(page: NetworkPage, qtbot: QtBot) -> None:
    graph, editor = page.session.graph, page.canvas.editor
    assert graph is not None
    editor.open_all()
    piece = block_of(graph, graph.group_nodes("stage1.block2"), "B").piece
    wire = editor.view.canvas.wires[("bn1", "relu1")]
    at = QPointF(editor.view.mapFromScene(wire.middle()))
    mime = piece_mime(piece.to_json())
    args = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(at.toPoint(), *args)
    editor.view.dragEnterEvent(entering)
    assert entering.isAccepted()
    editor.view._dropping._wire = ("bn1", "relu1")
    editor.view.dropEvent(QDropEvent(at, *args))

    now = page.session.graph
    assert now is not None
    assert len(now.nodes) == len(graph.nodes) + 7
    assert now.predecessors("relu1") != ("bn1",)
    assert validate(now).is_ok


def test_a_deleted_block_leaves_palette_and_disk(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["stage1.block2"])
    page.canvas.editor.blocks.save("Gone soon")
    qtbot.waitUntil(lambda: bool(page.palette_list.blocks()), timeout=TIMEOUT_MS)
    page.palette_list.forget_wanted.emit(list_blocks()[0])
    qtbot.waitUntil(lambda: not page.palette_list.blocks(), timeout=TIMEOUT_MS)
    assert list_blocks() == []


def test_a_name_that_is_no_line_is_refused(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["stage1.block2"])
    with qtbot.waitSignal(page.session.notice) as told:
        page.canvas.editor.blocks.save("x" * 200)
    assert "1 to 80 characters" in told.args[1]
    assert list_blocks() == []


def test_a_drag_that_only_claims_to_be_layers_is_refused_in_words(page: NetworkPage, qtbot: QtBot) -> None:
    before, view = page.session.graph, page.canvas.editor.view
    mime = QMimeData()
    mime.setData(PIECE_MIME, b"\xff{[")
    view.dropEvent(QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier))
    assert view.hint.isVisible()
    assert page.session.graph == before
