"""A run's network on the page Network: to look at, not to change."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.gui.actions import ACTIONS
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pages.network import NetworkPage
from cnnstudio.gui.session import Session
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.store import create_run
from cnnstudio.training.config import TrainConfig

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(main_window: MainWindow, shapes_session: Session) -> NetworkPage:
    """The page in the window; the project has a LeNet-5 and one run of a ResNet-20."""
    session = main_window.session
    assert session.project is not None
    assert session.dataset is not None
    session.use_architecture("lenet5-modern")
    graph = fit_architecture("resnet20", (3, 32, 32), 8)
    run = create_run(session.project.runs_dir / "run-001", session.dataset, graph, TrainConfig(batch=4), "first")
    session.show_run_network(run)
    shown = main_window.page("network")
    assert isinstance(shown, NetworkPage)
    return shown


def test_the_runs_network_is_shown_with_whose_it_is(page: NetworkPage) -> None:
    assert page.canvas.editor.graph == fit_architecture("resnet20", (3, 32, 32), 8)
    assert page.banner.isVisible()
    assert page.banner.text.text() == "The network of first, to look at"
    assert not page.train_button.isEnabled()


def test_nothing_in_it_can_be_changed(page: NetworkPage, qtbot: QtBot) -> None:
    own = page.session.graph
    shown = page.canvas.editor.graph
    page.canvas.editor.choose(["conv1"])
    with qtbot.waitSignal(page.session.notice) as told:
        qtbot.keyClick(page.canvas.editor.view, Qt.Key.Key_Delete)
    assert "doesn't change" in told.args[1]
    page._on_renamed("other")
    assert page.canvas.editor.graph == shown
    assert page.session.graph == own
    assert not page.canvas.undo_button.isEnabled()


def test_back_shows_the_projects_network_again(page: NetworkPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.banner.back_button, LEFT)
    assert page.canvas.editor.graph == page.session.graph
    assert not page.banner.isVisible()
    assert page.canvas.editor.read_only_reason == ""


def test_it_can_be_made_the_projects_network_and_that_undone(page: NetworkPage, qtbot: QtBot) -> None:
    own = page.session.graph
    qtbot.mouseClick(page.banner.use_button, LEFT)
    assert page.session.graph == fit_architecture("resnet20", (3, 32, 32), 8)
    assert not page.banner.isVisible()
    page.session.undo()
    assert page.session.graph == own


def test_undo_changes_no_network_that_is_out_of_sight(page: NetworkPage) -> None:
    undo = next(action for action in ACTIONS if action.id == "edit.undo")
    page.session.use_architecture("lenet5")
    page.session.page = "runs"
    assert "Use LeNet-5" in undo.why_not(page.session)
    page.session.page = "network"
    assert undo.when(page.session)
