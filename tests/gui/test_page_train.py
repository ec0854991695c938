"""The page Train, used as a person does: click Start, watch, pause, go on, stop, resume."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pages.train import TrainPage
from cnnstudio.gui.pages.train_panels import CURVES, PACE
from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase
from cnnstudio.gui.widgets.numbers import WholeField
from cnnstudio.gui.widgets.tile import NumberTile
from cnnstudio.runs.run import RunState

TIMEOUT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session with 64 small scenes and a LeNet, ready to train."""
    session = Session(Jobs())
    session.new_project(ShapesSource(per_class=8, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None and session.graph is not None, timeout=TIMEOUT_MS)
    session.set_config(session.config.replace(batch=8, epochs=3, threads=1))
    yield session
    assert session.close()


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> TrainPage:
    page = TrainPage(session)
    qtbot.addWidget(page)
    page.resize(1300, 800)
    page.show()
    return page


def finished(session: Session) -> bool:
    return not session.training.is_active and session.run is not None


def test_start_trains_and_draws_curves_numbers_and_guesses(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert page.view.curves.loss.points("training") == 3 * 6
    assert page.view.curves.accuracy.points("validation") == 3
    assert session.run is not None
    best = session.run.best()
    assert best is not None
    last = session.run.epochs()[-1]
    assert page.view.curves.accuracy_tile.value() == f"{100 * last.val_top1:.1f} %"
    assert page.view.guesses.accessibleDescription().count(",") == 7
    assert session.run.state is RunState.FINISHED


@pytest.mark.parametrize("step", ["inspect", "evaluate"])
def test_after_its_end_a_run_offers_to_look_inside_and_to_judge_it(
    page: TrainPage, session: Session, qtbot: QtBot, step: str
) -> None:
    steps = page.view.next_steps
    assert not steps.isVisible()
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: session.training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    assert not steps.isVisible()
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert steps.isVisible()
    with qtbot.waitSignal(session.page_requested) as asked:
        qtbot.mouseClick(steps.buttons[step], LEFT)
    assert asked.args == [step]


def test_pause_rests_and_go_on_ends_the_run(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    session.set_config(session.config.replace(epochs=400))
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: session.training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    assert page.view.main_button.text() == "Pause"
    # The recipe is the next one's meanwhile, and can wait in the queue.
    assert page.view.form.isEnabled()
    assert page.view.queue_button.isVisible()
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: session.training.phase is Phase.PAUSED, timeout=TIMEOUT_MS)
    assert page.view.main_button.text() == "Go on"
    assert session.run is not None
    assert session.run.state is RunState.PAUSED
    steps = page.view.curves.loss.points("training")
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: page.view.curves.loss.points("training") > steps, timeout=TIMEOUT_MS)
    qtbot.mouseClick(page.view.stop_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.run.state is RunState.STOPPED


def test_stopped_run_resumes_with_its_past_on_the_curves(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    session.set_config(session.config.replace(epochs=60))
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: page.view.curves.loss.points("validation") >= 1, timeout=TIMEOUT_MS)
    qtbot.mouseClick(page.view.stop_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    qtbot.waitUntil(page.view.resume_button.isVisible, timeout=TIMEOUT_MS)
    assert page.view.resume_button.text() == "Resume"
    qtbot.mouseClick(page.view.resume_button, LEFT)
    qtbot.waitUntil(lambda: session.training.is_active, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.run.state is RunState.FINISHED
    assert page.view.curves.loss.points("training") == 60 * 6
    assert page.view.curves.loss.points("validation") == 60


def test_finished_run_trains_longer(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    qtbot.waitUntil(page.view.longer_button.isVisible, timeout=TIMEOUT_MS)
    assert not page.view.resume_button.isVisible()
    qtbot.mouseClick(page.view.longer_button, LEFT)
    menu = page.view.longer_button.menu_shown
    assert menu is not None
    texts = [action.text() for action in menu.actions()]
    # The recipe's own number first.
    assert texts[:3] == ["3 epochs more", "1 epoch more", "5 epochs more"]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.view.curves.loss.points("validation") == 6, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)


def test_recipe_typed_into_the_form_is_the_one_that_trains(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    field = page.view.form.editor("epochs")
    assert isinstance(field, WholeField)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.run.config.epochs == 2
    assert len(session.run.epochs()) == 2


def test_double_click_on_start_makes_one_run(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.mouseClick(page.view.main_button, LEFT)
    session.training.start()
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: len(session.runs) == 1, timeout=TIMEOUT_MS)


def test_network_with_a_problem_can_not_be_started_and_says_why(
    page: TrainPage, session: Session, qtbot: QtBot
) -> None:
    graph = session.graph
    assert graph is not None
    conv = graph.node("conv1").layer
    session.set_graph(graph.set_layer("conv1", conv.replace(kernel=63)), "Change the kernel of conv1")
    assert not page.view.main_button.isEnabled()
    assert "63" in page.view.main_button.toolTip()
    session.undo()
    assert page.view.main_button.isEnabled()


def test_loss_that_blows_up_is_told_and_the_window_lives(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    notices: list[tuple[str, str, str]] = []
    session.notice.connect(lambda *notice: notices.append(notice))
    session.set_config(session.config.replace(optimizer={"kind": "sgd", "rate": 1e6}, epochs=40))
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.run.state is RunState.DIVERGED
    assert any("learning rate" in " ".join(notice) for notice in notices)
    assert page.view.main_button.isEnabled()


def test_loss_that_blows_up_and_stays_a_number_gets_ways_on_too(
    page: TrainPage, session: Session, qtbot: QtBot
) -> None:
    notices: list[tuple[str, str, str]] = []
    session.notice.connect(lambda *notice: notices.append(notice))
    # Tanh saturates: at a rate of 1,000 LeNet's loss is in the thousands, and never infinite.
    session.use_architecture("lenet5")
    session.set_config(session.config.replace(optimizer={"kind": "sgd", "rate": 1000}, epochs=4))
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.run.state is RunState.FINISHED
    assert "steps are too large" in page.view.panels.diagnosis()
    said = [" ".join(words) for _, *words in notices]
    assert [text for text in said if "is trained" in text] == []
    assert any(tone == "bad" and "But it diverged." in text for (tone, *_), text in zip(notices, said, strict=True))
    ways = page.view.ways_on.buttons
    assert ways["again-calmer"].isVisible()
    assert not ways["on-calmer"].isVisible()
    qtbot.mouseClick(ways["again-calmer"], LEFT)
    qtbot.waitUntil(lambda: session.training.is_active, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.config.optimizer.rate == pytest.approx(100)
    assert len(session.runs) == 2


def test_run_of_an_earlier_start_of_the_program_is_shown(session: Session, page: TrainPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.project is not None
    path: Path = session.project.path
    assert session.close()

    later = Session(Jobs())
    later_page = TrainPage(later)
    qtbot.addWidget(later_page)
    later.open_project(path)
    qtbot.waitUntil(lambda: later_page.view.curves.loss.points("validation") == 3, timeout=TIMEOUT_MS)
    assert later.run is not None
    assert later.run.name == "Run 1"
    assert later.close()
    session.project = None


def test_page_without_data_says_what_to_do_first(qtbot: QtBot) -> None:
    session = Session(Jobs())
    page = TrainPage(session)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(session.page_requested) as signal:
        qtbot.mouseClick(page.empty.button, LEFT)
    assert signal.args == ["data"]
    assert session.close()


def test_numbers_are_whole_in_a_small_window(page: TrainPage, qtbot: QtBot) -> None:
    tiles = page.view.curves.findChildren(NumberTile)
    for width in (1300, 950):
        page.resize(width, 620)
        qtbot.wait(10)
        places = {(tile.x(), tile.y()) for tile in tiles}
        assert len(places) == 4
        assert min(tile.width() for tile in tiles) > 110


def test_nothing_is_cut_in_a_window_of_1024_by_700(main_window: MainWindow, session: Session, qtbot: QtBot) -> None:
    # As much as the window leaves to a page; a page of its own would not become so small.
    main_window.resize(1024, 700)
    room = main_window._stack.size()
    holder, page = QWidget(), TrainPage(session)
    qtbot.addWidget(holder)
    page.setParent(holder)
    page.resize(room)
    holder.resize(room)
    holder.show()
    session.training.start()
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    labels = [label for tile in page.view.curves.findChildren(NumberTile) for label in tile.findChildren(QLabel)]
    tabs = page.view.panels.tabs.findChildren(QAbstractButton)
    page.view.panels.show_tab(PACE)
    qtbot.wait(10)
    plots = page.view.panels.pace.plots
    assert [plot.size() for plot in plots if plot.width() < plot.minimumSizeHint().width()] == []
    page.view.panels.show_tab(CURVES)
    qtbot.wait(10)
    assert len(labels) >= 12
    shown: list[QLabel | QAbstractButton] = [*labels, *tabs]
    cut = [w.text() for w in shown if w.isVisible() and w.height() < w.minimumSizeHint().height()]
    narrow = [tab.text() for tab in tabs if tab.width() < tab.minimumSizeHint().width()]
    assert (page.size(), cut, narrow) == (room, [], [])


def test_diverged_run_offers_ways_on_and_a_click_trains_at_a_tenth_of_the_rate(
    page: TrainPage, session: Session, qtbot: QtBot
) -> None:
    wild = {"kind": "sgd", "rate": 1e6}
    session.set_config(session.config.replace(optimizer=wild, epochs=40, precision="fp32", channels_last="off"))
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.run.state is RunState.DIVERGED
    assert page.view.ways_on.isVisible()
    qtbot.mouseClick(page.view.ways_on.buttons["again-calmer"], LEFT)
    assert not page.view.ways_on.isVisible() or session.training.is_active
    qtbot.waitUntil(lambda: finished(session), timeout=TIMEOUT_MS)
    assert session.run.config.optimizer.rate == 1e5
