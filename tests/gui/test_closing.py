"""The question before the window closes: the keyboard answers it at once."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.gui.closing import CloseQuestion, ClosingWords

WORDS = ClosingWords("A training is running", "Run 1 is saved at its next step.", "Stop and close", "Save, and close.")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window behind the question, with a field that has the keyboard."""
    made, field = QWidget(), QLineEdit()
    qtbot.addWidget(made)
    QVBoxLayout(made).addWidget(field)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    field.setFocus()
    return made


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ((Qt.Key.Key_Return,), "stop"),
        ((Qt.Key.Key_Enter,), "stop"),
        ((Qt.Key.Key_Tab, Qt.Key.Key_Return), "keep"),
        ((Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Space), "stop"),
        ((Qt.Key.Key_Escape,), "keep"),
    ],
)
def test_keys_answer_as_soon_as_the_question_is_shown(
    window: QWidget, qtbot: QtBot, keys: tuple[Qt.Key, ...], answer: str
) -> None:
    question = CloseQuestion(WORDS, window)
    answers: list[str] = []
    question.accepted.connect(lambda: answers.append("stop"))
    question.rejected.connect(lambda: answers.append("keep"))
    question.open()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is question.stop_button)
    assert QApplication.activeWindow() is question
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert answers == [answer]


def test_the_question_takes_the_keyboard_back_when_it_is_shown_again(window: QWidget, qtbot: QtBot) -> None:
    question = CloseQuestion(WORDS, window)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    question.open()
    question.keep_button.setFocus()
    question.hide()
    window.activateWindow()
    question.open()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is question.stop_button)
    question.close()
