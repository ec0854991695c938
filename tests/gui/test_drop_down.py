"""The list that a field with an arrow opens: where it lies, how wide it is, what is marked."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.gui.stylesheet import stylesheet
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.drop_down import DropDown

LONG = "A name of a class that is far longer than its narrow field"


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[DropDown]:
    """A narrow field with its last of five chosen, in the program's own look."""
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.setStyleSheet(stylesheet(theme.tokens))
    holder.resize(300, 300)
    drop_down = DropDown()
    drop_down.addItems(["Adagrad", "Adam", "AdamW", LONG, "SGD"])
    drop_down.setCurrentIndex(4)
    drop_down.setFixedWidth(120)
    QVBoxLayout(holder).addWidget(drop_down)
    holder.show()
    qtbot.waitExposed(holder)
    drop_down.showPopup()
    yield drop_down  # a return would let go of its holder
    drop_down.hidePopup()


def rows_in_sight(view: QAbstractItemView) -> list[int]:
    model, root = view.model(), view.viewport().rect()
    return [row for row in range(model.rowCount()) if root.contains(view.visualRect(model.index(row, 0)))]


def test_the_list_hides_neither_its_field_nor_a_choice(field: DropDown) -> None:
    top, popup = field.mapToGlobal(QPoint(0, 0)).y(), field.view().window().geometry()
    assert popup.top() >= top + field.height() - 1 or popup.bottom() <= top  # their edges may share a line
    assert rows_in_sight(field.view()) == [0, 1, 2, 3, 4]
    assert field.view().currentIndex().row() == 4


def test_the_list_is_as_wide_as_its_longest_text(field: DropDown) -> None:
    view = field.view()
    text_px = view.fontMetrics().horizontalAdvance(LONG)
    assert view.visualRect(view.model().index(3, 0)).width() >= text_px > field.width()


def test_the_row_under_the_pointer_is_marked_in_the_soft_colour(field: DropDown, qtbot: QtBot) -> None:
    view = field.view()
    place = view.visualRect(view.model().index(1, 0))
    qtbot.mouseMove(view.viewport(), place.center())
    qtbot.keyClick(view, Qt.Key.Key_Home)
    marked = view.visualRect(view.currentIndex())
    corner = view.viewport().grab().toImage().pixelColor(marked.right() - 6, marked.center().y())
    assert corner.name().upper() == theme.tokens.accent_soft
