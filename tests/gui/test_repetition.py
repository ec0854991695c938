"""Run again identically, from the menu: the same comes out, and the window says so."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.actions import ACTIONS
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.session import Session
from cnnstudio.runs.run import RunState

TIMEOUT_MS = 60_000
REPEAT = next(action for action in ACTIONS if action.id == "train.repeat")


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session whose first run is trained."""
    session = Session(Jobs())
    assert REPEAT.why_not(session) == "Choose a run first."
    session.set_settings(session.settings.replace(checks_first=False))
    session.new_project(ShapesSource(per_class=8, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None and session.graph is not None, timeout=TIMEOUT_MS)
    session.set_config(session.config.replace(batch=8, epochs=2, threads=1))
    session.training.start()
    qtbot.waitUntil(lambda: not session.training.is_active and len(session.runs) == 1, timeout=TIMEOUT_MS)
    yield session
    assert session.close()


def test_the_repetition_is_a_run_of_its_own_with_the_verdict_that_the_same_came_out(
    session: Session, qtbot: QtBot
) -> None:
    said: list[tuple[str, str, str]] = []
    session.notice.connect(lambda *words: said.append(words))
    assert REPEAT.why_not(session) == ""
    REPEAT.run(session)
    assert REPEAT.why_not(session) == "A training is running."
    qtbot.waitUntil(lambda: any("last bit" in text for _, text, _ in said), timeout=TIMEOUT_MS)
    assert ("ok", "The same to the last bit.", "Run 1, again, compared with Run 1.") in said
    qtbot.waitUntil(lambda: len(session.runs) == 2, timeout=TIMEOUT_MS)
    assert [run.name for run in session.runs] == ["Run 1", "Run 1, again"]
    assert all(run.state is RunState.FINISHED for run in session.runs)


def test_a_repetition_that_is_stopped_gives_no_verdict(session: Session, qtbot: QtBot) -> None:
    said: list[tuple[str, str, str]] = []
    session.notice.connect(lambda *words: said.append(words))
    REPEAT.run(session)
    session.training.stop()
    qtbot.waitUntil(lambda: not session.training.is_active, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: not session.jobs.active(), timeout=TIMEOUT_MS)
    assert not any("last bit" in text for _, text, _ in said)
