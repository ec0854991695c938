"""A training that can't be saved, seen in the window: what its button says is what the training does."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import FileError
from cnnstudio.gui.pages.train import TrainPage
from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase
from cnnstudio.runs.run import RunState
from cnnstudio.training import saving

pytestmark = pytest.mark.slow
TIMEOUT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


class Disk:
    """Where checkpoints go: full until room is made, and answering only when it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full, self.answers, self.tries = True, threading.Event(), 0
        self._real = saving.save_step
        self.answers.set()
        monkeypatch.setattr(saving, "save_step", self._save)

    def _save(self, *arguments: Any) -> Path:
        self.tries += 1
        self.answers.wait()
        if self.is_full:
            raise FileError("The disk is full (0 MB free).", hint="Free some space.")
        return self._real(*arguments)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    monkeypatch.setattr(saving, "TRIES_AFTER_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(saving, "TRY_AGAIN_S", 600.0)
    disk = Disk(monkeypatch)
    yield disk
    disk.is_full = False
    disk.answers.set()


def test_go_on_shows_that_it_tries_then_that_it_rests_still_then_that_it_trains(
    disk: Disk, shapes_session: Session, qtbot: QtBot
) -> None:
    training = shapes_session.training
    shapes_session.set_config(shapes_session.config.replace(epochs=100_000, batch=4, precision="fp32", compile="off"))
    page = TrainPage(shapes_session)
    qtbot.addWidget(page)
    page.show()
    button = page.view.main_button
    told: list[str] = []
    shapes_session.notice.connect(lambda tone, text, hint: told.append(text) if tone == "warn" else None)
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: training.phase is Phase.PAUSED, timeout=TIMEOUT_MS)
    assert (button.text(), disk.tries, len(told)) == ("Go on", 4, 1)

    disk.answers.clear()
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: disk.tries == 5, timeout=TIMEOUT_MS)
    assert training.phase is Phase.TRYING
    assert (button.text(), button.isEnabled(), page.view.stop_button.isEnabled()) == ("Trying …", False, True)
    disk.answers.set()
    qtbot.waitUntil(lambda: training.phase is Phase.PAUSED, timeout=TIMEOUT_MS)
    assert button.text() == "Go on"
    assert len(told) == 2
    assert "disk is full" in told[-1]

    disk.is_full = False
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    assert button.text() == "Pause"
    qtbot.mouseClick(page.view.stop_button, LEFT)
    qtbot.waitUntil(lambda: not training.is_active, timeout=TIMEOUT_MS)
    assert shapes_session.runs[-1].state is RunState.STOPPED


def test_stop_while_it_tries_ends_it(disk: Disk, shapes_session: Session, qtbot: QtBot) -> None:
    training = shapes_session.training
    shapes_session.set_config(shapes_session.config.replace(epochs=100_000, batch=4, precision="fp32", compile="off"))
    training.start()
    qtbot.waitUntil(lambda: training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    training.pause()
    qtbot.waitUntil(lambda: training.phase is Phase.PAUSED, timeout=TIMEOUT_MS)
    disk.answers.clear()
    training.go_on()
    training.stop()
    assert training.phase is Phase.STOPPING
    disk.answers.set()
    qtbot.waitUntil(lambda: not training.is_active, timeout=TIMEOUT_MS)
    assert shapes_session.runs[-1].state is RunState.FAILED
