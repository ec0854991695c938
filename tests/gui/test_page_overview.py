"""The tab Overview: what it shows, and a lasso that filters the gallery."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.session import Session

pytestmark = pytest.mark.slow
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(shapes_session: Session, qtbot: QtBot) -> DataPage:
    page = DataPage(shapes_session)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.show_tab("overview")
    qtbot.waitUntil(lambda: page.overview.map.isVisible(), timeout=60_000)
    return page


def draw_around(page: DataPage, corners: list[QPoint]) -> None:
    view = page.overview.map
    kinds = [
        QEvent.Type.MouseButtonPress,
        *[QEvent.Type.MouseMove] * (len(corners) - 1),
        QEvent.Type.MouseButtonRelease,
    ]
    for kind, corner in zip(kinds, [*corners, corners[0]], strict=True):
        where = QPointF(corner)
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else LEFT
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else LEFT
        event = QMouseEvent(kind, where, view.mapToGlobal(where), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view, event)


def test_means_of_all_and_of_each_class_are_shown(page: DataPage) -> None:
    assert page.overview.means.count() == 9
    assert page.overview.means.caption(0) == "all pictures"
    assert page.overview.facts.text().startswith("16 pictures of 8 classes, 2 to 2 each.")
    assert len(page.overview.map._map.numbers) == 16


def test_a_lasso_around_one_picture_shows_it_in_the_gallery(page: DataPage, qtbot: QtBot) -> None:
    assert not page.overview.show_chosen.isEnabled()
    centre = page.overview.map.centre_of(5)
    near = [centre + QPoint(*step) for step in ((-3, -3), (3, -3), (3, 3), (-3, 3))]
    draw_around(page, near)
    assert 5 in page.overview.map.numbers()
    qtbot.mouseClick(page.overview.show_chosen, LEFT)
    assert page.tabs.current() == "pictures"
    assert page.browser.shown().tolist() == page.overview.map.numbers()
    assert page.browser.filters.only.text() == "Chosen on the map"
    qtbot.mouseClick(page.browser.filters.only, LEFT)
    assert page.browser.gallery.count() == 16


def test_escape_takes_the_choice_back_and_ctrl_a_takes_all(page: DataPage, qtbot: QtBot) -> None:
    view = page.overview.map
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(view.numbers()) == 16
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.numbers() == []
    assert not page.overview.show_chosen.isEnabled()
