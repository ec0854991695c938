import threading
import time

import pytest

from cnnstudio.core import jobs
from cnnstudio.core.errors import Cancelled, DataError, StudioError
from cnnstudio.core.jobs import Job, JobContext, JobEnded, JobState, Lanes, Progress, run_inline


def wait_for(lanes: Lanes, jobs: list[Job], timeout_s: float = 5.0) -> list[tuple[Job, object]]:
    events = []
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        events += lanes.drain()
        if {job for job, event in events if isinstance(event, JobEnded)} >= set(jobs):
            return events
        threading.Event().wait(0.002)
    raise AssertionError("a job did not end")


@pytest.fixture
def lanes():
    lanes = Lanes()
    yield lanes
    assert lanes.close()


def test_job_gives_its_result_and_ends_once(lanes: Lanes) -> None:
    job = lanes.submit("add", "io", lambda ctx: 1 + 1)
    events = wait_for(lanes, [job])
    assert (job.state, job.result) == (JobState.DONE, 2)
    assert sum(isinstance(event, JobEnded) for _, event in events) == 1


def test_idle_lane_ends_its_thread_and_takes_another_for_the_next_job(
    lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "IDLE_S", 0.02)
    threads = []
    for _ in range(3):
        wait_for(lanes, [lanes.submit("who", "io", lambda ctx: threads.append(threading.current_thread()))])
        threads[-1].join(5)
        assert not threads[-1].is_alive()
    assert len(set(threads)) == 3


def test_jobs_that_come_while_a_lane_falls_idle_are_all_done_once(
    lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "IDLE_S", 0.0005)
    done: list[int] = []
    submitted = []
    for number in range(200):
        submitted.append(lanes.submit("count", "io", lambda ctx, number=number: done.append(number)))
        # About as long as it takes to fall idle.
        time.sleep(0.0005)
    wait_for(lanes, submitted)
    assert done == list(range(200))


def test_events_come_in_order_with_progress_and_time_left(lanes: Lanes) -> None:
    def work(ctx: JobContext) -> None:
        for number in range(3):
            ctx.emit(number)
        ctx.progress(1, 4, "one of four")

    job = lanes.submit("count", "io", work)
    events = [event for _, event in wait_for(lanes, [job])]
    assert [event for event in events if isinstance(event, int)] == [0, 1, 2]
    progress = next(event for event in events if isinstance(event, Progress))
    assert (progress.done, progress.total, progress.text) == (1, 4, "one of four")
    assert progress.seconds_left is not None


def test_users_mistake_has_no_traceback_and_a_bug_keeps_its_own(lanes: Lanes) -> None:
    def mistake(ctx: JobContext) -> None:
        raise DataError("No images.", hint="Add some.")

    def bug(ctx: JobContext) -> None:
        raise ZeroDivisionError("oops")

    first, second = lanes.submit("a", "io", mistake), lanes.submit("b", "io", bug)
    wait_for(lanes, [first, second])
    assert (first.state, str(first.error), first.traceback) == (JobState.FAILED, "No images. Add some.", "")
    assert second.state is JobState.FAILED
    assert "ZeroDivisionError" in second.traceback


def test_newer_request_supersedes_what_waits_and_runs(lanes: Lanes) -> None:
    started = threading.Event()

    def endless(ctx: JobContext) -> None:
        started.set()
        while True:
            ctx.check()
            threading.Event().wait(0.001)

    first = lanes.submit("one", "inspect", endless)
    assert started.wait(2)
    second = lanes.submit("two", "inspect", lambda ctx: 2)
    third = lanes.submit("three", "inspect", lambda ctx: 3, supersede=True)
    wait_for(lanes, [first, second, third])
    assert [first.state, second.state, third.state] == [JobState.CANCELLED, JobState.CANCELLED, JobState.DONE]


def test_lanes_run_beside_each_other(lanes: Lanes) -> None:
    other = threading.Event()
    first = lanes.submit("waits", "train", lambda ctx: other.wait(2))
    second = lanes.submit("frees", "io", lambda ctx: other.set())
    wait_for(lanes, [first, second])
    assert first.result is True


def test_paused_job_rests_until_resumed(lanes: Lanes) -> None:
    reached = threading.Event()

    def work(ctx: JobContext) -> str:
        while not ctx.is_pause_requested:
            threading.Event().wait(0.001)
        reached.set()
        ctx.wait_until_resumed()
        return "went on"

    job = lanes.submit("rest", "train", work)
    job.pause()
    assert reached.wait(2)
    job.resume()
    wait_for(lanes, [job])
    assert job.result == "went on"


def test_stop_wakes_a_paused_job(lanes: Lanes) -> None:
    def work(ctx: JobContext) -> None:
        ctx.wait_until_resumed()
        ctx.check()

    job = lanes.submit("rest", "train", work)
    job.pause()
    job.cancel()
    wait_for(lanes, [job])
    assert job.state is JobState.CANCELLED


def test_close_leaves_no_thread_and_takes_no_more_work() -> None:
    before = threading.active_count()
    lanes = Lanes()

    def endless(ctx: JobContext) -> None:
        while True:
            ctx.check()
            threading.Event().wait(0.001)

    lanes.submit("endless", "train", endless)
    lanes.submit("never", "train", endless)
    assert lanes.close(2.0)
    assert threading.active_count() == before
    with pytest.raises(StudioError, match="closing"):
        lanes.submit("late", "io", endless)


def test_close_says_if_a_job_does_not_stop() -> None:
    lanes, free, started = Lanes(), threading.Event(), threading.Event()
    lanes.submit("deaf", "train", lambda ctx: (started.set(), free.wait(5)))
    assert started.wait(2)
    assert not lanes.close(0.05)
    free.set()
    assert lanes.close(2.0)


def test_inline_run_raises_errors() -> None:
    def work(ctx: JobContext) -> None:
        ctx.cancel()
        ctx.check()

    with pytest.raises(Cancelled):
        run_inline(work)


def test_a_helper_stops_with_its_job_and_says_nothing() -> None:
    heard: list[object] = []
    job = JobContext(heard.append)
    helper = job.aside()
    helper.check()
    helper.progress(1, 2, "beside")
    helper.rest(0.001)
    threading.Timer(0.05, job.cancel).start()
    helper.rest(60.0)
    assert helper.is_cancel_requested
    with pytest.raises(Cancelled):
        helper.check()
    assert heard == []
