"""Ctrl+Z in a field: its own while something is half typed, else the window's."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.gui.undo_keys import UndoKeys
from cnnstudio.gui.widgets.fields import TextEditor
from cnnstudio.gui.widgets.numbers import DecimalField, WholeField

CTRL, Z, Y = Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z, Qt.Key.Key_Y
Field = WholeField | DecimalField | TextEditor


class Stage:
    """A window with shortcuts for undo and redo, and the three kinds of fields in it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window, self.told = QWidget(), list[str]()
        qtbot.addWidget(self.window)
        self.fields: tuple[Field, ...] = (WholeField(1, 99, "px"), DecimalField(0, 10, ""), TextEditor())
        box = QVBoxLayout(self.window)
        for field in self.fields:
            box.addWidget(field)
        QShortcut(QKeySequence("Ctrl+Z"), self.window).activated.connect(self._on_undo)
        QShortcut(QKeySequence("Ctrl+Y"), self.window).activated.connect(self._on_redo)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()

    def _on_undo(self) -> None:
        self.told.append("undo")

    def _on_redo(self) -> None:
        self.told.append("redo")


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)


def type_over(field: Field, text: str, qtbot: QtBot) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_a_field_in_which_nothing_was_typed_leaves_the_keys_to_the_window(
    stage: Stage, kind: int, qtbot: QtBot
) -> None:
    field = stage.fields[kind]
    field.setFocus()
    qtbot.keyClick(field, Z, CTRL)
    qtbot.keyClick(field, Y, CTRL)
    assert stage.told == ["undo", "redo"]


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_a_text_that_is_half_typed_is_taken_back_in_the_field(stage: Stage, kind: int, qtbot: QtBot) -> None:
    field = stage.fields[kind]
    before = field.text()
    type_over(field, "7", qtbot)
    assert field.text() != before
    qtbot.keyClick(field, Z, CTRL)
    assert (field.text(), stage.told) == (before, [])


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_after_return_the_keys_mean_what_was_taken_over(stage: Stage, kind: int, qtbot: QtBot) -> None:
    field = stage.fields[kind]
    type_over(field, "7", qtbot)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    shown = field.text()
    qtbot.keyClick(field, Z, CTRL)
    assert (field.text(), stage.told) == (shown, ["undo"])


def test_a_page_with_edits_of_its_own_gets_the_keys_first(stage: Stage, qtbot: QtBot) -> None:
    pressed: list[str] = []
    UndoKeys(stage.window).pressed.connect(pressed.append)
    field = stage.fields[0]
    field.setFocus()
    qtbot.keyClick(field, Z, CTRL)
    assert (pressed, stage.told) == (["undo"], [])
