"""A training whose pictures' drive goes away, seen in the window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.gui.pages.train_texts import MAIN_BUTTON, log_line
from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase
from cnnstudio.runs.run import RunState
from cnnstudio.training import absence
from cnnstudio.training.events import RunPaused

pytestmark = pytest.mark.slow
TIMEOUT_MS = 60_000


def test_the_window_says_what_the_training_waits_for_and_goes_on_when_it_is_back(
    streamed: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "RETRY_S", 600.0)
    told: list[tuple[str, str, str]] = []
    paused: list[RunPaused] = []
    streamed.notice.connect(lambda *words: told.append(words))
    streamed.training.events.connect(lambda events: paused.extend(e for e in events if isinstance(e, RunPaused)))
    streamed.set_config(streamed.config.replace(epochs=100_000, batch=16, precision="fp32", compile="off"))
    training = streamed.training
    training.start()
    qtbot.waitUntil(lambda: training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    (tmp_path / "drive").rename(tmp_path / "away")

    qtbot.waitUntil(lambda: training.phase is Phase.PAUSED, timeout=TIMEOUT_MS)
    assert MAIN_BUTTON[training.phase][0] == "Go on"
    (words,) = [text for level, text, _ in told if level == "warn"]
    assert words.startswith(f"Data drive missing? {tmp_path / 'drive'}")
    assert log_line(paused[0]) == words
    training.go_on()
    qtbot.waitUntil(lambda: len(paused) == 2, timeout=TIMEOUT_MS)
    assert training.phase is Phase.PAUSED

    (tmp_path / "away").rename(tmp_path / "drive")
    training.go_on()
    assert training.phase is Phase.TRYING
    qtbot.waitUntil(lambda: training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)
    assert streamed.runs[-1].state is RunState.RUNNING
    training.stop()
    qtbot.waitUntil(lambda: training.phase is Phase.IDLE, timeout=TIMEOUT_MS)
    assert streamed.runs[-1].state is RunState.STOPPED
