"""Who gets Ctrl+Z: the field that is typed into, else the page in sight, else the window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.gui.undo_keys import UndoKeys

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Z, Y = Qt.Key.Key_Z, Qt.Key.Key_Y


class Stage:
    """A window with an undo of its own, and on it a page with a button and a field."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window, self.page, self.is_meant = QWidget(), QWidget(), True
        self.told: list[str] = []
        qtbot.addWidget(self.window)
        QVBoxLayout(self.window).addWidget(self.page)
        self.button, self.field = QPushButton("A button"), QLineEdit()
        box = QVBoxLayout(self.page)
        box.addWidget(self.button)
        box.addWidget(self.field)
        UndoKeys(self.page, self._asked).pressed.connect(self.told.append)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self.window)
        shortcut.activated.connect(self._on_window)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()

    def _asked(self) -> bool:
        return self.is_meant

    def _on_window(self) -> None:
        self.told.append("the window's")


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)


@pytest.mark.parametrize(("key", "modifiers", "way"), [(Z, CTRL, "undo"), (Y, CTRL, "redo"), (Z, CTRL | SHIFT, "redo")])
def test_keys_on_a_control_of_the_page_mean_the_page(
    stage: Stage, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier, way: str
) -> None:
    stage.button.setFocus()
    qtbot.keyClick(stage.button, key, modifiers)
    assert stage.told == [way]


def test_a_field_that_is_typed_into_keeps_its_own_undo(stage: Stage, qtbot: QtBot) -> None:
    stage.field.setFocus()
    qtbot.keyClicks(stage.field, "LeNet")
    qtbot.keyClick(stage.field, Z, CTRL)
    assert stage.field.text() == ""
    assert stage.told == []


def test_keys_go_on_to_the_window_when_the_page_is_not_meant(stage: Stage, qtbot: QtBot) -> None:
    stage.is_meant = False
    stage.button.setFocus()
    qtbot.keyClick(stage.button, Z, CTRL)
    assert stage.told == ["the window's"]


def test_other_keys_are_left_alone(stage: Stage, qtbot: QtBot) -> None:
    stage.button.setFocus()
    for key, modifiers in ((Z, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_A, CTRL), (Y, SHIFT)):
        qtbot.keyClick(stage.button, key, modifiers)
    assert stage.told == []
