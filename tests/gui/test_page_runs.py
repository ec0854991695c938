"""The page Runs: the table, resume, the bin and back."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDesktopServices
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pages.runs import RunsPage
from cnnstudio.gui.session import Session
from cnnstudio.project import start_run
from cnnstudio.runs.run import open_run

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


@pytest.fixture
def page(shapes_session: Session, qtbot: QtBot) -> RunsPage:
    """The page with two runs that were made and not trained."""
    session = shapes_session
    session.set_config(session.config.replace(batch=2))
    session.save()
    assert session.project is not None
    assert session.dataset is not None
    for _ in range(2):
        start_run(session.project, session.dataset)
    page = RunsPage(session)
    qtbot.addWidget(page)
    page.resize(1200, 600)
    page.show()
    session.refresh_runs()
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 2, timeout=TIMEOUT_MS)
    return page


def names(page: RunsPage) -> list[str]:
    return [page.table.text(row, 0) for row in range(page.table.model().rowCount())]


def test_without_runs_the_page_leads_to_training(shapes_session: Session, qtbot: QtBot) -> None:
    page = RunsPage(shapes_session)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.current_view() is page.empty, timeout=TIMEOUT_MS)
    with qtbot.waitSignal(shapes_session.page_requested) as caught:
        qtbot.mouseClick(page.empty.button, LEFT)
    assert caught.args == ["train"]


def test_runs_are_listed_with_data_network_state_and_size(page: RunsPage) -> None:
    row = [page.table.text(0, column) for column in range(9)]
    assert row[:7] == ["Run 2", "created", "–", "0 of 20", "Shapes", "LeNet-5 modern", "0:00"]
    assert row[7].endswith("kB")
    assert row[8].startswith("today at ")


def test_a_click_chooses_the_run_for_all_pages(page: RunsPage, qtbot: QtBot) -> None:
    place = names(page).index("Run 1")
    index = page.table.model().index(place, 0)
    qtbot.mouseClick(page.table.viewport(), LEFT, pos=page.table.visualRect(index).center())
    assert page.session.run is not None
    assert page.session.run.name == "Run 1"


def test_a_run_without_an_epoch_cannot_be_looked_into_and_says_why(page: RunsPage) -> None:
    assert not page.open_button.isEnabled()
    assert page.open_button.toolTip() == "It has not finished an epoch."


def test_a_right_click_offers_what_the_buttons_do_and_running_it_again(page: RunsPage, qtbot: QtBot) -> None:
    index = page.table.model().index(names(page).index("Run 1"), 0)
    place, viewport = page.table.visualRect(index).center(), page.table.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.RightButton, pos=place)
    QApplication.sendEvent(viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, QPoint()))
    menu = next(menu for menu in page.view.findChildren(QMenu) if menu.accessibleName() == "The chosen runs")
    offered = {action.text(): action for action in menu.actions() if action.text()}
    assert page.session.run is not None
    assert page.session.run.name == "Run 1", "what is right-clicked is what is meant"
    assert next(iter(offered)) == "Look inside"
    assert offered["Look inside"].toolTip() == "It has not finished an epoch."
    assert not offered["Run the chosen run again, identically"].isEnabled()
    assert "no end to compare with" in offered["Run the chosen run again, identically"].toolTip()
    offered["Move to the bin"].trigger()
    qtbot.waitUntil(lambda: names(page) == ["Run 2"], timeout=TIMEOUT_MS)
    menu.close()


def test_the_bin_takes_a_run_and_undo_brings_it_back(page: RunsPage, qtbot: QtBot) -> None:
    chosen = page.session.run
    assert chosen is not None
    qtbot.mouseClick(page.bin_button, LEFT)
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 1, timeout=TIMEOUT_MS)
    assert chosen.name not in names(page)
    assert not chosen.path.exists()
    assert page.undo_notice.text().startswith(f"{chosen.name} is in the bin")
    qtbot.mouseClick(page.undo_notice.action_button(), LEFT)
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 2, timeout=TIMEOUT_MS)
    assert chosen.path.exists()


def test_without_undo_a_run_comes_back_from_the_bin_of_the_page(page: RunsPage, qtbot: QtBot) -> None:
    chosen = page.session.run
    assert chosen is not None
    assert not page.bin_list.isVisible()
    for left in (1, 0):
        qtbot.waitUntil(page.bin_button.isEnabled, timeout=TIMEOUT_MS)
        qtbot.mouseClick(page.bin_button, LEFT)
        qtbot.waitUntil(lambda left=left: len(names(page)) == left, timeout=TIMEOUT_MS)  # type: ignore[misc]
    qtbot.waitUntil(lambda: page.bin_list.text() == "Bin (2)", timeout=TIMEOUT_MS)
    assert page.current_view() is page.content_view()
    qtbot.mouseClick(page.bin_list, LEFT)
    menu = page.bin_list.menu_shown
    assert menu is not None
    texts = [action.text() for action in menu.actions()]
    assert texts == [f"Bring back Run {n} · LeNet-5 modern, 0 epochs" for n in (2, 1)]
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu.actions()[0]).center())
    qtbot.waitUntil(lambda: names(page) == ["Run 2"], timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: page.bin_list.text() == "Bin (1)", timeout=TIMEOUT_MS)


def test_the_offer_to_undo_stays_until_it_is_answered_elsewhere(page: RunsPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.bin_button, LEFT)
    qtbot.waitUntil(lambda: page.bin_list.text() == "Bin (1)", timeout=TIMEOUT_MS)
    assert page.undo_notice.isVisible()
    page.bin_list.back_wanted.emit(page.bin_list.items()[0][1])
    assert not page.undo_notice.isVisible()


def test_the_folder_of_a_run_is_shown(page: RunsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    qtbot.mouseClick(page.reveal_button, LEFT)
    assert page.session.run is not None
    assert opened == [str(page.session.run.path)]


@pytest.mark.slow
def test_resume_trains_the_chosen_run_to_its_end(page: RunsPage, qtbot: QtBot) -> None:
    session = page.session
    assert page.resume_button.isEnabled()
    with qtbot.waitSignal(session.page_requested) as caught:
        qtbot.mouseClick(page.resume_button, LEFT)
    assert caught.args == ["train"]
    qtbot.waitUntil(lambda: not session.training.is_active, timeout=TIMEOUT_MS)
    chosen = page._current()
    qtbot.waitUntil(lambda: page._current() is not None and page._current().epochs == 20, timeout=TIMEOUT_MS)  # type: ignore[union-attr]
    assert chosen is not None
    done = "It is finished: there is nothing left to train."
    qtbot.waitUntil(lambda: page.resume_button.toolTip() == done, timeout=TIMEOUT_MS)
    assert not page.resume_button.isEnabled()
    assert page.open_button.isEnabled()


def test_ctrl_z_brings_runs_back_from_the_bin_one_by_one_and_ctrl_y_bins_them_again(
    page: RunsPage, qtbot: QtBot
) -> None:
    said: list[str] = []
    page.session.notice.connect(lambda kind, text, hint: said.append(text))
    for left in (1, 0):
        qtbot.waitUntil(page.bin_button.isEnabled, timeout=TIMEOUT_MS)
        qtbot.mouseClick(page.bin_button, LEFT)
        qtbot.waitUntil(lambda left=left: len(names(page)) == left, timeout=TIMEOUT_MS)  # type: ignore[misc]
    for key, expected in (
        (Qt.Key.Key_Z, ["Run 1"]),
        (Qt.Key.Key_Z, ["Run 2", "Run 1"]),
        (Qt.Key.Key_Y, ["Run 1"]),
        (Qt.Key.Key_Z, ["Run 2", "Run 1"]),
    ):
        qtbot.keyClick(page, key, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda expected=expected: names(page) == expected, timeout=TIMEOUT_MS)  # type: ignore[misc]
    assert not page.undo_notice.isVisible()
    assert said == [
        "Took back: move Run 1 to the bin.",
        "Took back: move Run 2 to the bin.",
        "Made again: move Run 2 to the bin.",
        "Took back: move Run 2 to the bin.",
    ]


def test_ctrl_z_in_the_window_means_the_runs_on_their_page(
    main_window: MainWindow, page: RunsPage, qtbot: QtBot
) -> None:
    window, session = main_window, page.session
    session.use_architecture("lenet5")
    window.show_page("runs")
    shown = window.page("runs")
    assert isinstance(shown, RunsPage)
    qtbot.waitUntil(shown.bin_button.isEnabled, timeout=TIMEOUT_MS)
    chosen = session.run
    assert chosen is not None
    qtbot.mouseClick(shown.bin_button, LEFT)
    qtbot.waitUntil(lambda: not chosen.path.exists(), timeout=TIMEOUT_MS)
    qtbot.keyClick(shown.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(chosen.path.exists, timeout=TIMEOUT_MS)
    assert session.undo_text == "Use LeNet-5"


def test_what_came_back_by_the_bins_list_is_no_step_to_take_back(page: RunsPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.bin_button, LEFT)
    qtbot.waitUntil(lambda: page.bin_list.text() == "Bin (1)", timeout=TIMEOUT_MS)
    page.bin_list.back_wanted.emit(page.bin_list.items()[0][1])
    with qtbot.waitSignal(page.session.notice) as told:
        qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told.args == ["info", "There is no change of the runs to take back.", ""]


def test_ctrl_z_takes_back_a_runs_new_name_and_tags(page: RunsPage, qtbot: QtBot) -> None:
    run = page.session.run
    assert run is not None
    place = [row.path for row in page._rows].index(run.path)
    page.table.edited.emit(place, 0, "calm")
    qtbot.waitUntil(lambda: "calm" in names(page), timeout=TIMEOUT_MS)
    page.table.edited.emit(place, 9, "good, slow")
    qtbot.waitUntil(lambda: open_run(run.path).info.tags == ("good", "slow"), timeout=TIMEOUT_MS)
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: open_run(run.path).info.tags == (), timeout=TIMEOUT_MS)
    assert open_run(run.path).name == "calm"
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: names(page) == ["Run 2", "Run 1"], timeout=TIMEOUT_MS)
