"""Tab walks the recipe from top to bottom, also through fields that are made late."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.gui.tab_order import follow_layout
from cnnstudio.gui.widgets.recipe_view import RecipeView
from cnnstudio.training.config import TrainConfig


def shown(widget: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.activateWindow()


def walked(first: QWidget, qtbot: QtBot) -> list[QWidget]:
    """Where the focus goes with Tab, from one control around to it again."""
    first.setFocus()
    stops = [first]
    for _ in range(100):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is first:
            return stops
        stops.append(QApplication.focusWidget())
    raise AssertionError("Tab never comes back.")


def test_tab_follows_the_layout_not_the_order_in_which_controls_were_made(qtbot: QtBot) -> None:
    window = QWidget()
    last, first, second = QPushButton("last"), QPushButton("first"), QLineEdit()
    row = QHBoxLayout()
    row.addWidget(first)
    row.addWidget(second)
    box = QVBoxLayout(window)
    box.addLayout(row)
    box.addWidget(last)
    follow_layout(window)
    shown(window, qtbot)
    assert walked(first, qtbot) == [first, second, last]


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_tab_walks_the_recipe_from_top_to_bottom(qtbot: QtBot, kind: str) -> None:
    view = RecipeView()
    view.resize(320, 900)
    shown(view, qtbot)
    view.set_spec(TrainConfig.model_validate({"optimizer": {"kind": kind}}))
    heading = view.sections["optimizer"].findChild(QPushButton)
    assert isinstance(heading, QPushButton)
    stops = walked(heading, qtbot)
    heights = [stop.mapTo(view, QPoint(0, stop.height() // 2)).y() for stop in stops]
    assert len(stops) > 12
    assert all(above <= below for above, below in pairwise(heights))
