"""The one way to run things beside the window: jobs in lanes.

A job function is `fn(ctx) -> result`. It imports no Qt, calls `ctx.check()` between batches, `ctx.emit(event)` and
`ctx.progress()`. In the window each lane is one thread and its events are drained by a timer; the command line runs
the same function inline.
"""

import itertools
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cnnstudio.core.errors import Cancelled, StudioError

JobFunction = Callable[["JobContext"], Any]
IDLE_S = 10.0
_numbers = itertools.count(1)


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """True once nothing more will come."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class Progress:
    """How far a job has come. `total` is 0 while unknown."""

    done: int
    total: int
    text: str
    seconds_left: float | None = None


@dataclass(frozen=True)
class JobStarted:
    """The lane took the job up."""


@dataclass(frozen=True)
class JobEnded:
    """Exactly once for each job, after its last event."""

    state: JobState


class JobContext:
    """What a job function holds of the world outside: its switches and its mouth.

    Attributes:
        resumes: How often the user said go on.
    """

    def __init__(self, on_event: Callable[[Any], None] | None = None) -> None:
        self._on_event = on_event or (lambda event: None)
        self._cancel = threading.Event()
        self._pause = threading.Event()
        self._go = threading.Event()
        self._go.set()
        self._started_s = time.monotonic()
        self.resumes = 0

    def check(self) -> None:
        """Raise Cancelled if the user asked to stop. Cheap: call it between batches."""
        if self._cancel.is_set():
            raise Cancelled

    @property
    def is_cancel_requested(self) -> bool:
        """True once the user asked to stop."""
        return self._cancel.is_set()

    @property
    def is_pause_requested(self) -> bool:
        """True while the user wants the job to rest."""
        return self._pause.is_set()

    def wait_until_resumed(self) -> None:
        """Block until the job may go on, or is to stop (ask `is_cancel_requested`)."""
        self._go.wait()

    def rest(self, timeout_s: float) -> None:
        """Block by the function's own wish: until the user says go on or stop, but no longer than this."""
        self._go.clear()
        if not self._cancel.is_set():
            self._go.wait(timeout_s)
        if not self._pause.is_set():
            self._go.set()

    def wait_for_cancel(self, timeout_s: float) -> None:
        """Block until the user says stop, but no longer than this."""
        self._cancel.wait(timeout_s)

    def emit(self, event: Any) -> None:
        """Tell those who watch; never blocks."""
        self._on_event(event)

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Say how far the work has come; the time left follows from the pace so far."""
        if not total:
            # Looking for what there is to do says nothing about the pace of doing it.
            self._started_s = time.monotonic()
        elapsed_s = time.monotonic() - self._started_s
        left_s = elapsed_s / done * (total - done) if done and total else None
        self.emit(Progress(done, total, text, left_s))

    def cancel(self) -> None:
        """Ask the function to stop at its next check."""
        self._cancel.set()
        self._go.set()

    def pause(self) -> None:
        """Ask the function to rest at its next check."""
        self._go.clear()
        self._pause.set()

    def resume(self) -> None:
        """Let a resting function go on."""
        self.resumes += 1
        self._pause.clear()
        self._go.set()

    def aside(self) -> "JobContext":
        """For a thread that helps this job: it stops with it, and tells nobody anything."""
        return _Aside(self)


class _Aside(JobContext):
    def __init__(self, job: JobContext) -> None:
        super().__init__()
        self._job = job

    def check(self) -> None:
        self._job.check()

    @property
    def is_cancel_requested(self) -> bool:
        return self._job.is_cancel_requested

    def rest(self, timeout_s: float) -> None:
        self._job.wait_for_cancel(timeout_s)


@dataclass(eq=False)
class Job:
    """One piece of work: what it is, how far it has come, and what became of it."""

    name: str
    lane: str
    function: JobFunction
    context: JobContext
    number: int = field(default_factory=lambda: next(_numbers))
    state: JobState = JobState.WAITING
    progress: Progress = Progress(0, 0, "")
    result: Any = None
    error: StudioError | None = None
    traceback: str = ""

    def cancel(self) -> None:
        """Stop it: at once if it waits, at its next check if it runs."""
        self.context.cancel()

    def pause(self) -> None:
        """Let it rest at its next check."""
        self.context.pause()

    def resume(self) -> None:
        """Let it go on."""
        self.context.resume()


class Lanes:
    """Threads that work jobs off, one thread a lane, and the events they leave for whoever drains them.

    A thread ends when its lane has had nothing to do for some seconds, and with it the team of threads with which its
    libraries computed: as long as there are more of them than cores, those of a training sleep between their loops.
    """

    def __init__(self) -> None:
        self._events: deque[tuple[Job, Any]] = deque()
        self._lock = threading.Condition()
        self._waiting: dict[str, deque[Job]] = {}
        self._running: dict[str, Job] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._is_closed = False

    def submit(self, name: str, lane: str, function: JobFunction, *, supersede: bool = False) -> Job:
        """Queue a job on a lane; with `supersede` it replaces what waits or runs there."""
        job = Job(name, lane, function, JobContext())
        job.context = JobContext(lambda event: self._events.append((job, event)))
        with self._lock:
            if self._is_closed:
                raise StudioError(f"'{name}' can't start: the program is closing.")
            queue = self._waiting.setdefault(lane, deque())
            if supersede:
                for older in [*queue, *([self._running[lane]] if lane in self._running else [])]:
                    older.cancel()
            queue.append(job)
            if lane not in self._threads:
                self._threads[lane] = threading.Thread(target=self._work, args=(lane,), name=f"lane-{lane}")
                self._threads[lane].start()
            self._lock.notify_all()
        return job

    def drain(self) -> list[tuple[Job, Any]]:
        """Take all events since the last call, oldest first."""
        events = []
        for _ in range(len(self._events)):
            events.append(self._events.popleft())
        return events

    def active(self) -> list[Job]:
        """Jobs that wait or run."""
        with self._lock:
            waiting = [job for queue in self._waiting.values() for job in queue]
            return [*self._running.values(), *waiting]

    def close(self, timeout_s: float = 5.0) -> bool:
        """Cancel everything and end the threads; False if one was still busy after `timeout_s`."""
        with self._lock:
            self._is_closed = True
            for job in [*self._running.values(), *(job for queue in self._waiting.values() for job in queue)]:
                job.cancel()
            self._lock.notify_all()
        deadline_s = time.monotonic() + timeout_s
        for thread in self._threads.values():
            thread.join(max(0.0, deadline_s - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads.values())

    def _work(self, lane: str) -> None:
        while (job := self._next(lane)) is not None:
            run_job(job)
            with self._lock:
                del self._running[lane]

    def _next(self, lane: str) -> Job | None:
        with self._lock:
            while not self._waiting[lane]:
                if self._is_closed:
                    return None
                is_idle = not self._lock.wait(IDLE_S)
                if is_idle and not self._waiting[lane] and not self._is_closed:
                    # The next job finds no thread here, and starts one.
                    del self._threads[lane]
                    return None
            job = self._waiting[lane].popleft()
            self._running[lane] = job
            return job


def run_job(job: Job) -> None:
    """Run a job in this thread; result, error and state are on it afterwards, and JobEnded was emitted."""
    state = JobState.DONE
    try:
        job.context.check()
        job.state = JobState.RUNNING
        job.context.emit(JobStarted())
        job.result = job.function(job.context)
    except Cancelled as error:
        state, job.error = JobState.CANCELLED, error
    except StudioError as error:
        state, job.error = JobState.FAILED, error
    except Exception as error:
        # A bug: the lane lives on, and the traceback is kept for the dialog's copy button.
        state, job.traceback = JobState.FAILED, traceback.format_exc()
        job.error = StudioError(
            f"'{job.name}' failed: {type(error).__name__}: {error}",
            hint="This is a fault of CNN Studio; please report it.",
        )
    job.state = state
    job.context.emit(JobEnded(state))


def run_inline(function: JobFunction, on_event: Callable[[Any], None] | None = None) -> Any:
    """Run a job function in the caller's thread, as the command line does; errors are raised."""
    return function(JobContext(on_event))
