"""The page Train when the settings say: in a process of its own."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.actions import ACTIONS
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.pages.train import TrainPage
from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase
from cnnstudio.runs.run import RunState

pytestmark = pytest.mark.slow  # each starts a process that imports torch
TIMEOUT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(Jobs())
    next(action for action in ACTIONS if action.id == "train.process").run(session)
    session.new_project(ShapesSource(per_class=8, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None and session.graph is not None, timeout=TIMEOUT_MS)
    # Neither checked nor measured before: the process is what is tried here.
    session.set_settings(session.settings.replace(checks_first=False))
    way = {"precision": "fp32", "channels_last": "off", "compile": "off"}
    session.set_config(session.config.replace(batch=8, epochs=100_000, threads=1, **way))
    yield session
    assert session.close()
    assert not trainers()


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> TrainPage:
    page = TrainPage(session)
    qtbot.addWidget(page)
    page.show()
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: page.view.curves.loss.points("training") > 5, timeout=TIMEOUT_MS)
    return page


def trainers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def test_pause_go_on_and_stop_reach_the_process(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    assert len(trainers()) == 1
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: session.training.phase is Phase.PAUSED, timeout=TIMEOUT_MS)
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: session.training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    qtbot.mouseClick(page.view.stop_button, LEFT)
    qtbot.waitUntil(lambda: not session.training.is_active, timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.run.state is RunState.STOPPED


def test_killed_process_leaves_the_window_and_says_what_to_do(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    said: list[tuple[str, str, str]] = []
    session.notice.connect(lambda *words: said.append(words))
    for child in trainers():
        os.kill(child.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: not session.training.is_active, timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.run.state is RunState.INTERRUPTED
    assert any("SIGKILL" in text and "Resume the run" in hint for kind, text, hint in said if kind == "bad")


def test_closing_in_mid_training_ends_the_process_and_keeps_the_run(page: TrainPage, session: Session) -> None:
    run = session.run
    assert run is not None
    assert session.close()
    assert not trainers()
    assert run.state is RunState.STOPPED
