"""The window as people use it: rail, chips, drops, keys, closing."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import StudioError
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.closing import CloseQuestion
from cnnstudio.gui.crash import CrashWatch
from cnnstudio.gui.launch import open_path
from cnnstudio.gui.main_window import NO_PROJECT, MainWindow
from cnnstudio.gui.pages.registry import PAGES
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.gui.training import Phase

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


def begin(window: MainWindow, qtbot: QtBot, *, start: bool = False) -> Session:
    session = window.session
    session.new_project(ShapesSource(per_class=8, side=32), "lenet5-modern", start=start)
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=TIMEOUT_MS)
    return session


def test_without_a_project_the_welcome_is_shown_and_the_rail_says_why(main_window: MainWindow) -> None:
    assert main_window.current_page == "welcome"
    button = main_window.rail.button("train")
    assert not button.isEnabled()
    assert button.toolTip() == NO_PROJECT


def test_the_rail_opens_pages_which_are_made_on_their_first_visit(main_window: MainWindow, qtbot: QtBot) -> None:
    begin(main_window, qtbot)
    assert main_window.page("runs") is None
    qtbot.mouseClick(main_window.rail.button("runs"), LEFT)
    assert main_window.current_page == "runs"
    page = main_window.page("runs")
    assert page is not None
    assert page.isVisible()
    assert main_window.rail.button("runs").isChecked()
    qtbot.keyClick(main_window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert main_window.current_page == "data"
    assert main_window.page("runs") is page


def test_arrow_keys_walk_the_pages_in_the_rail_and_enter_goes_into_one(main_window: MainWindow, qtbot: QtBot) -> None:
    begin(main_window, qtbot)
    main_window.activateWindow()
    main_window.show_page("evaluate")
    rail = main_window.rail
    stops = [key for key in ("data", "evaluate", "runs") if rail.button(key).focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == ["evaluate"]
    rail.button("evaluate").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(rail.button("evaluate"), Qt.Key.Key_Down)
    qtbot.keyClick(rail.button("classify"), Qt.Key.Key_Down)
    assert main_window.current_page == "runs"
    assert rail.button("runs").hasFocus()
    qtbot.keyClick(rail.button("runs"), Qt.Key.Key_Return)
    page = main_window.page("runs")
    assert page is not None
    assert page.hasFocus()


def test_the_chips_tell_data_network_and_run_and_lead_there(main_window: MainWindow, qtbot: QtBot) -> None:
    session = begin(main_window, qtbot)
    texts = [chip.text() for chip in main_window.top.chips()]
    assert texts[0] == "Data  Shapes · 64"
    assert texts[1].startswith("Network  LeNet-5 modern · ")
    assert texts[2] == "Run  none yet"
    chip = main_window.top.chips()[0]
    qtbot.mouseClick(chip, LEFT)
    assert main_window.current_page == "data"
    assert chip.isChecked()
    assert session.project is not None
    assert main_window.windowTitle() == "Shapes – CNN Studio"


def drag(window: MainWindow, paths: list[Path]) -> tuple[QDragEnterEvent, QMimeData]:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    none = Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, LEFT, none)
    QApplication.sendEvent(window, event)
    return event, mime


def drop(window: MainWindow, mime: QMimeData) -> None:
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, LEFT, none))


def test_a_folder_over_the_window_is_announced_and_becomes_the_data(
    main_window: MainWindow, qtbot: QtBot, folder_of_images: Path
) -> None:
    event, mime = drag(main_window, [folder_of_images])
    assert event.isAccepted()
    assert main_window.drops.overlay.isVisible()
    assert main_window.drops.overlay.text() == "Use the images in pets as data"
    drop(main_window, mime)
    assert not main_window.drops.overlay.isVisible()
    session = main_window.session
    assert main_window.current_page == "data"
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=TIMEOUT_MS)
    assert session.data_spec is not None
    assert session.data_spec.source.kind == "folder"


def test_leaving_with_a_drag_takes_the_highlight_away(main_window: MainWindow, tmp_path: Path) -> None:
    drag(main_window, [tmp_path])
    QApplication.sendEvent(main_window, QDragLeaveEvent())
    assert not main_window.drops.overlay.isVisible()


def test_an_image_dropped_without_a_network_says_what_to_do_first(
    main_window: MainWindow, qtbot: QtBot, folder_of_images: Path
) -> None:
    _, mime = drag(main_window, [folder_of_images / "cats" / "0.png"])
    with qtbot.waitSignal(main_window.session.notice) as caught:
        drop(main_window, mime)
    assert "no trained network" in caught.args[1]


@pytest.mark.parametrize("page", [page.key for page in PAGES])
def test_a_program_dropped_on_any_page_is_named_and_nothing_happens(
    main_window: MainWindow, qtbot: QtBot, tmp_path: Path, page: str
) -> None:
    session = main_window.session
    session.new_project(ShapesSource(per_class=8, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=TIMEOUT_MS)
    main_window.show_page(page)
    QApplication.processEvents()
    before = session.data_spec, session.graph, session.run
    (tmp_path / "setup.exe").write_bytes(b"MZ" + bytes(200))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "setup.exe"))])
    # Through the window's handle, as the system sends it: Qt then asks the widgets under the pointer first.
    handle, none = main_window.windowHandle(), Qt.KeyboardModifier.NoModifier
    middle = main_window.rect().center()
    QApplication.sendEvent(handle, QDragEnterEvent(middle, Qt.DropAction.CopyAction, mime, LEFT, none))
    with qtbot.waitSignal(session.notice) as told:
        QApplication.sendEvent(handle, QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, mime, LEFT, none))
    assert told.args is not None
    assert told.args[1].startswith("'setup.exe' is a program")
    assert main_window.current_page == page
    assert (session.data_spec, session.graph, session.run) == before
    assert main_window.drops.overlay.isHidden()


def test_a_dropped_project_is_opened(main_window: MainWindow, qtbot: QtBot) -> None:
    session = begin(main_window, qtbot)
    assert session.project is not None
    path = session.project.path
    session.save()
    session.leave_project()
    _, mime = drag(main_window, [path])
    drop(main_window, mime)
    assert session.project is not None
    assert session.project.path == path


@pytest.mark.parametrize(("name", "kind"), [("nothing-here", "bad"), ("notes.txt", "warn")])
def test_a_path_that_is_no_project_is_named(
    main_window: MainWindow, qtbot: QtBot, tmp_path: Path, name: str, kind: str
) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with qtbot.waitSignal(main_window.session.notice) as caught:
        open_path(main_window.session, tmp_path / name)
    assert caught.args[0] == kind
    assert name in caught.args[1]


def test_the_theme_of_the_settings_is_worn_at_once(main_window: MainWindow) -> None:
    session = main_window.session
    session.set_settings(session.settings.replace(theme="dark"))
    assert theme.is_dark


def test_jobs_are_shown_and_the_cross_stops_them(main_window: MainWindow, qtbot: QtBot) -> None:
    from cnnstudio.core.jobs import JobContext

    stopped = threading.Event()

    def work(ctx: JobContext) -> None:
        ctx.progress(1, 4, "a quarter")
        try:
            while True:
                ctx.check()
        finally:
            stopped.set()

    main_window.session.jobs.start("Counting", "io", work)
    qtbot.waitUntil(lambda: "Counting a quarter" in main_window.status.job_text())
    qtbot.mouseClick(main_window.status.cancel_button, LEFT)
    assert stopped.wait(5)
    qtbot.waitUntil(lambda: main_window.status.job_text() == "")


@pytest.fixture
def training_window(main_window: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    session = main_window.session
    session.set_config(session.config.replace(epochs=5_000, batch=8, threads=1))
    session.new_project(ShapesSource(per_class=8, side=32), "lenet5-modern")
    session.set_config(session.config.replace(epochs=5_000, batch=8, threads=1))
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=TIMEOUT_MS)
    session.training.start()
    qtbot.waitUntil(lambda: main_window.meter.step > 0, timeout=TIMEOUT_MS)
    yield main_window
    session.training.stop()
    qtbot.waitUntil(lambda: not session.training.is_active, timeout=TIMEOUT_MS)


@pytest.mark.slow
def test_closing_while_training_asks_and_keep_training_keeps_both(training_window: MainWindow, qtbot: QtBot) -> None:
    assert not training_window.close()
    question = training_window.findChild(CloseQuestion)
    assert question is not None
    assert "is saved at its next step" in question.accessibleName()
    qtbot.mouseClick(question.keep_button, LEFT)
    assert training_window.isVisible()
    assert training_window.session.training.is_active


@pytest.mark.slow
def test_closing_during_the_checks_promises_no_run_and_leaves_none(main_window: MainWindow, qtbot: QtBot) -> None:
    session = main_window.session
    session.set_settings(session.settings.replace(checks_first=True))
    session.new_project(ShapesSource(per_class=8, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=TIMEOUT_MS)
    session.training.start()
    assert not main_window.close()
    question = main_window.findChild(CloseQuestion)
    assert question is not None
    assert "no run was made yet" in question.accessibleName()
    assert "is saved" not in question.accessibleName()
    assert session.project is not None
    runs = session.project.path / "runs"
    qtbot.mouseClick(question.stop_button, LEFT)
    assert not main_window.isVisible()
    assert not runs.exists() or list(runs.iterdir()) == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("lane-")] == []


@pytest.mark.slow
def test_stop_and_close_saves_and_leaves_no_thread(training_window: MainWindow, qtbot: QtBot) -> None:
    session = training_window.session
    training_window.close()
    question = training_window.findChild(CloseQuestion)
    assert question is not None
    qtbot.mouseClick(question.stop_button, LEFT)
    assert not training_window.isVisible()
    assert not session.training.is_active
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("lane-")] == []


@pytest.mark.slow
def test_space_pauses_and_goes_on_where_no_button_has_the_focus(training_window: MainWindow, qtbot: QtBot) -> None:
    training = training_window.session.training
    training_window.setFocus()
    qtbot.keyClick(training_window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: training.phase is Phase.PAUSED, timeout=TIMEOUT_MS)
    qtbot.keyClick(training_window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)


@pytest.mark.slow
def test_space_pauses_after_a_change_of_pages_and_presses_nothing(training_window: MainWindow, qtbot: QtBot) -> None:
    training = training_window.session.training
    for key, phase in (("data", Phase.PAUSED), ("runs", Phase.RUNNING)):
        qtbot.mouseClick(training_window.rail.button(key), LEFT)
        focus = training_window.focusWidget()
        assert focus is training_window.page(key)
        qtbot.keyClick(focus, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda phase=phase: training.phase is phase, timeout=TIMEOUT_MS)  # type: ignore[misc]


@pytest.mark.slow
def test_the_status_bar_shows_speed_device_and_epoch_of_a_training(training_window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "epoch" in training_window.status.job_text(), timeout=TIMEOUT_MS)
    assert "threads" in training_window.status.device_text()
    assert training_window.status._speed.text().endswith("images/s")


def test_a_bug_is_shown_with_its_details_and_the_window_lives_on(main_window: MainWindow, qtbot: QtBot) -> None:
    watch = CrashWatch(main_window)
    try:
        try:
            raise KeyError("a fault of ours")
        except KeyError:
            sys.excepthook(*sys.exc_info())
        dialog = watch.dialog
        assert dialog is not None
        assert dialog.isVisible()
        qtbot.mouseClick(dialog.copy_button, LEFT)
        assert "KeyError: 'a fault of ours'" in QApplication.clipboard().text()
        qtbot.mouseClick(dialog.close_button, LEFT)
        assert main_window.isVisible()
    finally:
        watch.close()


def test_a_bug_in_a_thread_reaches_the_same_dialog(main_window: MainWindow, qtbot: QtBot) -> None:
    watch = CrashWatch(main_window)
    try:
        thread = threading.Thread(target=lambda: {}["missing"])
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: watch.dialog is not None and watch.dialog.isVisible())
        assert watch.dialog is not None
        watch.dialog.close()
    finally:
        watch.close()


def test_an_unknown_sample_is_refused_with_the_known_ones() -> None:
    from cnnstudio.gui.launch import launch

    with pytest.raises(StudioError) as caught:
        launch(None, "faces")
    assert "digits, shapes" in caught.value.hint
