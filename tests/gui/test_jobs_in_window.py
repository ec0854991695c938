"""Jobs in the window: events arrive in the GUI thread, in order, and each job ends once."""

import itertools
import sys
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import DataError, StudioError
from cnnstudio.core.jobs import Job, JobContext, JobState
from cnnstudio.gui.jobs import Jobs


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    assert jobs.close()


def test_a_result_arrives_in_the_gui_thread_after_all_events(jobs: Jobs, qtbot: QtBot) -> None:
    log: list[Any] = []

    def work(ctx: JobContext) -> str:
        for number in range(1000):
            ctx.emit(number)
        return "done"

    def on_done(result: str) -> None:
        log.append((result, threading.current_thread() is threading.main_thread()))

    jobs.start("count", "io", work, on_events=log.extend, on_done=on_done)
    qtbot.waitUntil(lambda: bool(log) and log[-1] == ("done", True))
    assert log[:-1] == list(range(1000))


def test_events_of_33_ms_come_together(jobs: Jobs, qtbot: QtBot) -> None:
    batches: list[int] = []

    def work(ctx: JobContext) -> None:
        for number in range(10_000):
            ctx.emit(number)

    jobs.start("count", "io", work, on_events=lambda events: batches.append(len(events)))
    qtbot.waitUntil(lambda: sum(batches) == 10_000)
    assert len(batches) < 100


def test_events_that_take_long_to_show_come_less_often(jobs: Jobs, qtbot: QtBot) -> None:
    shown, gaps_s = [], []
    go_on = threading.Event()

    def work(ctx: JobContext) -> None:
        number = 0
        while not go_on.wait(0.005):
            ctx.emit(number)
            number += 1
        ctx.emit("last")

    def show(events: list[Any]) -> None:
        shown.extend(events)
        gaps_s.append(time.monotonic())
        time.sleep(0.01)

    jobs.start("train", "train", work, on_events=show)
    qtbot.waitUntil(lambda: len(gaps_s) > 4)
    go_on.set()
    qtbot.waitUntil(lambda: shown[-1] == "last")
    # 10 ms of showing are a hundredth of a second and more: held to the longest pause, a third of a second.
    assert min(later - sooner for sooner, later in itertools.pairwise(gaps_s[:5])) >= 0.32
    assert shown[:-1] == list(range(len(shown) - 1))


def test_an_error_of_the_user_is_handed_over_and_no_result(jobs: Jobs, qtbot: QtBot) -> None:
    errors: list[StudioError] = []
    results: list[Any] = []

    def work(ctx: JobContext) -> None:
        raise DataError("There are no images.", hint="Choose another folder.")

    jobs.start("open", "io", work, on_done=results.append, on_error=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert (errors[0].message, results) == ("There are no images.", [])


def test_a_bug_in_a_job_becomes_an_error_and_the_lane_goes_on(jobs: Jobs, qtbot: QtBot) -> None:
    errors: list[StudioError] = []
    results: list[Any] = []

    def broken(ctx: JobContext) -> float:
        return 1 / 0

    job = jobs.start("divide", "io", broken, on_error=errors.append)
    jobs.start("add", "io", lambda ctx: 2, on_done=results.append)
    qtbot.waitUntil(lambda: results == [2])
    assert "ZeroDivisionError" in errors[0].message
    assert "1 / 0" in job.traceback


def test_a_cancelled_job_ends_once_without_result_or_error(jobs: Jobs, qtbot: QtBot) -> None:
    log: list[str] = []
    began = threading.Event()

    def work(ctx: JobContext) -> None:
        began.set()
        while True:
            ctx.check()

    job = jobs.start(
        "wait",
        "io",
        work,
        on_done=lambda result: log.append("done"),
        on_error=lambda error: log.append("error"),
        on_cancelled=lambda: log.append("cancelled"),
    )
    assert began.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: bool(log))
    assert (log, job.state) == (["cancelled"], JobState.CANCELLED)


def test_a_newer_request_replaces_the_older_in_its_lane(jobs: Jobs, qtbot: QtBot) -> None:
    results: list[int] = []

    def endless(ctx: JobContext) -> int:
        while True:
            ctx.check()

    older = jobs.start("old", "inspect", endless, on_done=results.append)
    jobs.start("new", "inspect", lambda ctx: 2, on_done=results.append, supersede=True)
    qtbot.waitUntil(lambda: results == [2])
    assert older.state is JobState.CANCELLED


def test_progress_is_on_the_job_when_its_change_is_told(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[int] = []
    may_end = threading.Event()

    def work(ctx: JobContext) -> None:
        ctx.progress(3, 5, "epoch 3 of 5")
        may_end.wait(5)

    def on_changed(job: Job) -> None:
        seen.append(job.progress.done)

    jobs.job_changed.connect(on_changed)
    job = jobs.start("train", "train", work)
    qtbot.waitUntil(lambda: 3 in seen)
    assert jobs.active() == [job]
    may_end.set()
    with qtbot.waitSignal(jobs.job_ended):
        pass


def test_a_bug_in_one_callback_takes_no_other_jobs_events_with_it(
    jobs: Jobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs: list[type[BaseException]] = []

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        bugs.append(kind)

    monkeypatch.setattr(sys, "excepthook", hook)
    results: list[int] = []

    def broken(result: int) -> None:
        raise KeyError("x")

    jobs.start("one", "a", lambda ctx: 1, on_done=broken)
    jobs.start("two", "b", lambda ctx: 2, on_done=results.append)
    qtbot.waitUntil(lambda: results == [2] and bool(bugs))
    assert bugs == [KeyError]


def test_closing_ends_all_threads_and_a_late_request_does_no_harm(qtbot: QtBot) -> None:
    jobs = Jobs()

    def endless(ctx: JobContext) -> None:
        while True:
            ctx.check()

    for lane in ("train", "inspect", "io"):
        jobs.start("wait", lane, endless)
    assert jobs.close(5.0)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("lane-")] == []
    assert jobs.start("late", "io", endless).state is JobState.CANCELLED


def test_an_idle_window_wakes_no_timer(jobs: Jobs, qtbot: QtBot) -> None:
    results: list[int] = []
    jobs.start("one", "io", lambda ctx: 1, on_done=results.append)
    qtbot.waitUntil(lambda: results == [1])
    qtbot.waitUntil(lambda: not jobs._timer.isActive())
