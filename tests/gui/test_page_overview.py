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
    qtbot.waitUntil(lambda: page.overview.panel.map.isVisible() and page.overview.means.isVisible(), timeout=60_000)
    return page


def draw_around(page: DataPage, corners: list[QPoint]) -> None:
    view = page.overview.panel.map
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
    assert len(page.overview.panel.map._map.numbers) == 16


def test_a_lasso_around_one_picture_shows_it_in_the_gallery(page: DataPage, qtbot: QtBot) -> None:
    assert not page.overview.panel.show_chosen.isEnabled()
    centre = page.overview.panel.map.centre_of(5)
    near = [centre + QPoint(*step) for step in ((-3, -3), (3, -3), (3, 3), (-3, 3))]
    draw_around(page, near)
    assert 5 in page.overview.panel.map.numbers()
    qtbot.mouseClick(page.overview.panel.show_chosen, LEFT)
    assert page.tabs.current() == "pictures"
    assert page.browser.shown().tolist() == page.overview.panel.map.numbers()
    assert page.browser.filters.only.text() == "Chosen on the map"
    qtbot.mouseClick(page.browser.filters.only, LEFT)
    assert page.browser.gallery.count() == 16


def test_escape_takes_the_choice_back_and_ctrl_a_takes_all(page: DataPage, qtbot: QtBot) -> None:
    view = page.overview.panel.map
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(view.numbers()) == 16
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.numbers() == []
    assert not page.overview.panel.show_chosen.isEnabled()


@pytest.fixture
def trained(page: DataPage, qtbot: QtBot) -> DataPage:
    """The same with a run of these pictures."""
    session = page.session
    session.set_config(session.config.replace(epochs=1, batch=4))
    session.training.start()
    qtbot.waitUntil(lambda: bool(session.runs) and not session.training.is_active, timeout=60_000)
    return page


def by_run(page: DataPage, qtbot: QtBot) -> None:
    """Choose the run as a person does, and wait for its map."""
    panel = page.overview.panel
    qtbot.waitUntil(lambda: panel.by.count() == 2, timeout=60_000)
    panel.by.setFocus()
    qtbot.keyClick(panel.by, Qt.Key.Key_Down)
    qtbot.keyClick(panel.by, Qt.Key.Key_Return)
    if panel.views.currentIndex() == 0:
        panel.by.activated.emit(panel.by.currentIndex())
    qtbot.waitUntil(lambda: panel.views.currentIndex() == 0 and panel._shown.run is not None, timeout=60_000)


def test_a_run_lays_the_pictures_out_and_its_wrong_ones_go_to_the_gallery(trained: DataPage, qtbot: QtBot) -> None:
    import torch

    from cnnstudio.data.preprocess import normalise
    from cnnstudio.runs.loaded import load_run_network

    by_run(trained, qtbot)
    panel, data = trained.overview.panel, trained.session.dataset
    assert panel.by.currentText().startswith("Run 1 · ")
    loaded = load_run_network(trained.session.runs[0])
    with torch.no_grad():
        said = loaded.network(normalise(torch.from_numpy(data.pixels.copy()), loaded.preprocess)).argmax(dim=1).numpy()
    wrong = [place for place in range(16) if said[place] != data.labels[place]]
    assert wrong
    assert f"wrong about {len(wrong)} of 16 pictures" in panel.about.text()
    qtbot.mouseClick(panel.choose_wrong, LEFT)
    assert panel.map.numbers() == wrong
    qtbot.mouseClick(panel.show_chosen, LEFT)
    assert trained.browser.shown().tolist() == wrong


def test_the_map_is_computed_beside_the_window(
    trained: DataPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from cnnstudio.evaluation import features

    threads = []
    kept = features.features

    def watched(*args: object) -> object:
        threads.append(threading.current_thread())
        return kept(*args)

    monkeypatch.setattr(features, "features", watched)
    by_run(trained, qtbot)
    assert threads
    assert threading.main_thread() not in threads


def test_a_run_of_another_size_is_not_offered(trained: DataPage, qtbot: QtBot) -> None:
    session = trained.session
    spec = session.data_spec
    session.set_data_spec(spec.replace(preprocess=spec.preprocess.replace(side=24, mean=None, std=None)))
    qtbot.waitUntil(lambda: session.dataset is not None and session.dataset.pixels.shape[-1] == 24, timeout=60_000)
    qtbot.waitUntil(lambda: trained.overview.panel.by.count() == 1, timeout=60_000)


def test_cancel_brings_the_map_before_back_at_once(trained: DataPage, qtbot: QtBot) -> None:
    panel = trained.overview.panel
    panel.method.button("tsne").click()
    assert panel.views.currentWidget() is panel.busy
    qtbot.mouseClick(panel.busy.button, LEFT)
    assert panel.views.currentIndex() == 0
    assert panel.method.current() == "pca"


def test_marks_show_the_colour_of_each_class(page: DataPage, qtbot: QtBot) -> None:
    from cnnstudio.gui.widgets.class_marks import class_colour

    view = page.overview.panel.map
    page.overview.panel.look.button("marks").click()
    image = view.grab().toImage()
    label = int(page.session.dataset.labels[5])
    assert image.pixelColor(view.centre_of(5)) == class_colour(label)
