"""The queue: what waits, when the next one begins, what holds it, and what survives the end of the program."""

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.gui.queue import AFTER_RESTART, AFTER_STOP
from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase
from cnnstudio.gui.widgets.queue_list import QueueList, Waiting
from cnnstudio.project import start_run
from cnnstudio.runs.queue import Queue, begin_item, load_queue, new_item, resume_item
from cnnstudio.runs.run import RunState
from cnnstudio.training.events import EndReason, RunEnded

TIMEOUT_MS = 20_000
Begun = list[tuple[str, Callable[..., Any]]]


@pytest.fixture
def session(shapes_session: Session) -> Session:
    shapes_session.set_config(shapes_session.config.replace(batch=2, epochs=1))
    shapes_session.save()
    return shapes_session


@pytest.fixture
def begun(session: Session, monkeypatch: pytest.MonkeyPatch) -> Begun:
    """Trainings that were begun; none of them really runs: their phases are set by hand."""
    found: Begun = []

    def start(name: str, prepare: Callable[..., Any]) -> None:
        found.append((name, prepare))
        session.training.run = session.training.ended = session.training.error = None
        session.training._set_phase(Phase.STARTING)

    monkeypatch.setattr(session.training, "start_prepared", start)
    return found


def make_run(session: Session) -> Any:
    assert session.project is not None
    assert session.dataset is not None
    return start_run(session.project, session.dataset)


def end(session: Session, reason: EndReason | None, error: DataError | None = None) -> None:
    if reason is not None:
        session.training.run = make_run(session)
        session.training.ended = RunEnded(reason, 1, 1, "")
    session.training.error = error
    session.training._set_phase(Phase.IDLE)


def test_while_a_training_runs_others_wait_and_begin_one_after_the_other(session: Session, begun: Begun) -> None:
    session.training._set_phase(Phase.RUNNING)
    session.queue.add_current()
    session.queue.add_resume(make_run(session))
    assert (len(session.queue.items), begun) == (2, [])
    end(session, EndReason.FINISHED)
    assert len(begun) == 1
    end(session, EndReason.DIVERGED)
    assert len(begun) == 2
    assert len(session.queue.items) == 1
    end(session, EndReason.FINISHED)
    assert session.queue.items == ()
    assert len(begun) == 2


def test_a_waiting_training_has_its_own_copy_of_the_settings(session: Session, begun: Begun) -> None:
    session.training._set_phase(Phase.RUNNING)
    session.queue.add_current()
    session.set_config(session.config.replace(batch=3))
    train = session.queue.items[0].train
    assert train is not None
    assert train.batch == 2


def test_a_stop_by_the_user_holds_the_queue_until_it_is_started(session: Session, begun: Begun) -> None:
    session.training._set_phase(Phase.RUNNING)
    session.queue.add_current()
    end(session, EndReason.STOPPED)
    assert (begun, session.queue.why_held) == ([], AFTER_STOP)
    session.queue.go_on()
    assert len(begun) == 1


def test_what_waits_survives_the_end_of_the_program_and_is_held(session: Session, begun: Begun) -> None:
    session.training._set_phase(Phase.RUNNING)
    session.queue.add_current()
    before, project = session.queue.items, session.project
    assert project is not None
    session.training._set_phase(Phase.STOPPING)
    session.training.ended = RunEnded(EndReason.STOPPED, 1, 1, "")
    session.training._set_phase(Phase.IDLE)
    assert load_queue(project.path).items == before
    session.leave_project()
    session.open_project(project.path)
    assert session.queue.items == before
    assert session.queue.why_held == AFTER_RESTART
    assert begun == []


def test_one_that_can_not_begin_says_why_and_lets_the_next_one_go(session: Session, begun: Begun) -> None:
    session.training._set_phase(Phase.RUNNING)
    for _ in range(2):
        session.queue.add_current()
    session.training.ended = RunEnded(EndReason.FINISHED, 1, 1, "")
    session.training._set_phase(Phase.IDLE)
    end(session, None, DataError("There is no folder /data/cats."))
    first, second = session.queue.items
    assert "There is no folder /data/cats." in first.problem
    assert (second.problem, len(begun)) == ("", 2)
    session.queue.try_again(first.id)
    assert session.queue.items[0].problem == ""


def test_items_are_moved_removed_and_put_back(session: Session, begun: Begun) -> None:
    session.queue.hold("You hold it.")
    for _ in range(3):
        session.queue.add_current()
    one, two, three = session.queue.items
    session.queue.move(three.id, -2)
    assert session.queue.items == (three, one, two)
    session.queue.remove(one.id)
    session.queue.put_back(one, 1)
    assert session.queue.items == (three, one, two)


def test_the_same_run_does_not_wait_twice(session: Session, begun: Begun) -> None:
    run = make_run(session)
    session.queue.hold("You hold it.")
    for _ in range(2):
        session.queue.add_resume(run)
    assert len(session.queue.items) == 1


def test_moves_beyond_the_ends_stop_there() -> None:
    session_items = tuple(_resume(n) for n in range(3))
    queue = Queue(items=session_items)
    assert queue.move("2", -9).items[0].id == "2"
    assert queue.move("0", 9).items[-1].id == "0"
    assert queue.move("none", 1) == queue


def test_buttons_of_a_row_tell_which_one_is_meant(qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt

    rows = QueueList()
    qtbot.addWidget(rows)
    rows.set_items([Waiting("a", "A", ""), Waiting("b", "B", "", "Couldn't begin.")], "You hold it.")
    rows.show()
    told: list[object] = []
    rows.moved.connect(lambda key, by: told.append((key, by)))
    rows.removed.connect(told.append)
    rows.tried_again.connect(told.append)
    assert not rows.rows[0].up.isEnabled()
    for button in (rows.rows[1].up, rows.rows[0].down, rows.rows[0].remove, rows.rows[1].again):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == [("b", -1), ("a", 1), "a", "b"]
    assert rows.go_on_button.isVisible()


def test_a_new_run_is_made_when_its_turn_comes(session: Session) -> None:
    assert session.project is not None
    assert session.dataset is not None
    assert session.graph is not None
    item = new_item("Wide", session.dataset.spec, session.graph, session.config)
    run, dataset = begin_item(item, session.project.runs_dir, JobContext(), session.dataset)
    assert (run.name, run.state, dataset is session.dataset) == ("Wide", RunState.CREATED, True)
    again, _ = begin_item(resume_item(run, 5), session.project.runs_dir, JobContext(), None)
    assert (again.path, again.config.epochs) == (run.path, 5)


@pytest.mark.slow
def test_two_trainings_really_run_one_after_the_other(session: Session, qtbot: QtBot) -> None:
    session.queue.hold("You hold it.")
    for _ in range(2):
        session.queue.add_current()
    session.queue.go_on()
    qtbot.waitUntil(lambda: not session.queue.items and not session.training.is_active, timeout=TIMEOUT_MS)
    with qtbot.waitSignal(session.runs_changed, timeout=TIMEOUT_MS):
        session.refresh_runs()
    assert [summary.state for summary in session.summaries] == [RunState.FINISHED] * 2


def _resume(number: int) -> Any:
    from cnnstudio.runs.queue import QueueItem

    return QueueItem(id=str(number), kind="resume", name="x", run="/x")
