"""Every pair of commands to a training, in quick succession: never two at once, never one that is lost."""

import itertools
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase
from cnnstudio.runs.run import RunState

TIMEOUT_MS = 20_000
QUIET_MS = 60  # late events have come by then
NAMES = ("start", "pause", "go on", "stop", "resume")


@pytest.fixture
def session(shapes_session: Session) -> Session:
    fixed = {"precision": "fp32", "channels_last": "off", "compile": "off", "threads": 1}
    shapes_session.set_config(shapes_session.config.replace(batch=2, epochs=100_000, **fixed))
    shapes_session.save()
    return shapes_session


def commands(session: Session) -> dict[str, Callable[[], None]]:
    training = session.training

    def resume() -> None:
        if session.runs:
            training.resume_run(session.runs[-1])

    return {
        "start": training.start,
        "pause": training.pause,
        "go on": training.go_on,
        "stop": training.stop,
        "resume": resume,
    }


def begin(session: Session, qtbot: QtBot) -> None:
    """Let the one run of this test train, wherever it stands."""
    if session.training.phase in (Phase.PAUSING, Phase.PAUSED):
        session.training.go_on()
    elif not session.training.is_active:
        if session.runs:
            session.training.resume_run(session.runs[-1])
        else:
            session.training.start()
    qtbot.waitUntil(lambda: session.training.phase is Phase.RUNNING, timeout=TIMEOUT_MS)


def expected(first: str, second: str) -> Phase:
    """What was said last counts; a stop is brought back only by a new start, which comes too early here."""
    if "stop" in (first, second):
        return Phase.IDLE
    is_paused = second == "pause" or (first == "pause" and second in ("start", "resume"))
    return Phase.PAUSED if is_paused else Phase.RUNNING


@pytest.mark.slow
def test_every_pair_of_commands_leaves_one_training_that_obeys(session: Session, qtbot: QtBot) -> None:
    bugs: list[str] = []
    session.notice.connect(lambda kind, text, hint: bugs.append(hint) if "fault of CNN Studio" in hint else None)
    act = commands(session)
    for first, second in itertools.product(NAMES, repeat=2):
        begin(session, qtbot)
        act[first]()
        act[second]()
        act[second]()
        assert len([job for job in session.jobs.active() if job.lane == "train"]) <= 1
        wanted = expected(first, second)
        qtbot.waitUntil(lambda wanted=wanted: session.training.phase is wanted, timeout=TIMEOUT_MS)
        qtbot.wait(QUIET_MS)
        assert session.training.phase is wanted, (first, second)
    session.training.stop()
    qtbot.waitUntil(lambda: not session.training.is_active, timeout=TIMEOUT_MS)
    assert bugs == []
    assert len(session.runs) == 1
    assert session.runs[0].state is RunState.STOPPED
