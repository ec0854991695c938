"""The window's end of the jobs: one timer takes their events, groups them by job, and calls back in the GUI thread."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobContext, JobEnded, JobFunction, JobStarted, JobState, Lanes, Progress

# Drawing once in 33 ms keeps up with 2,000 events a second; drawing at each event stalls for 127 ms (p99).
DRAIN_MS = 33
# What trains beside the window waits for Python meanwhile: a job whose events take long to show has them shown less
# often, so that they take this share of the time; but no later than this.
SHARE, LATEST_S = 0.005, 0.33


@dataclass(frozen=True)
class _Callbacks:
    done: Callable[[Any], None] | None
    error: Callable[[StudioError], None] | None
    cancelled: Callable[[], None] | None
    events: Callable[[list[Any]], None] | None


class Jobs(QObject):
    """Starts jobs in lanes and reports, in the GUI thread, what they tell."""

    job_started = Signal(object)
    job_changed = Signal(object)
    job_ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = Lanes()
        self._is_closed = False
        self._callbacks: dict[int, _Callbacks] = {}
        self._held: dict[int, tuple[Job, list[Any]]] = {}
        self._next_s: dict[int, float] = {}
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self.drain)

    def start(
        self,
        name: str,
        lane: str,
        function: JobFunction,
        *,
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[StudioError], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
        on_events: Callable[[list[Any]], None] | None = None,
        supersede: bool = False,
    ) -> Job:
        """Queue a job; exactly one of `on_done`, `on_error` and `on_cancelled` follows, after its last events.

        Args:
            name: What the status bar calls it: "Opening digits".
            lane: Jobs of one lane run one after another.
            function: Runs beside the window; imports no Qt.
            on_done: Gets the result.
            on_error: Gets what went wrong. A job that was cancelled is no error.
            on_cancelled: Is told that it was stopped before it had a result.
            on_events: Gets the events of 33 ms to 330 ms at once, oldest first.
            supersede: Cancel what waits or runs in the lane.
        """
        if self._is_closed:
            # The last callbacks of a closing window may ask for more; there is nobody left to see it.
            return Job(name, lane, function, JobContext(), state=JobState.CANCELLED)
        job = self._lanes.submit(name, lane, function, supersede=supersede)
        self._callbacks[job.number] = _Callbacks(on_done, on_error, on_cancelled, on_events)
        self._timer.start(DRAIN_MS)
        self.job_started.emit(job)
        return job

    def active(self) -> list[Job]:
        """Jobs that wait or run."""
        return self._lanes.active()

    def drain(self) -> None:
        """Take the events that came since the last time and pass them on."""
        for job, event in self._lanes.drain():
            self._held.setdefault(job.number, (job, []))[1].append(event)
        now_s = time.monotonic()
        for number, (job, events) in list(self._held.items()):
            if now_s >= self._next_s.get(number, 0.0) or isinstance(events[-1], JobEnded):
                del self._held[number]
                self._deliver(job, events)
        self._set_pace()

    def close(self, timeout_s: float = 5.0) -> bool:
        """Cancel everything, wait for the threads, and deliver what they told last; False if one is still busy."""
        self._is_closed = True
        is_quiet = self._lanes.close(timeout_s)
        self.drain()
        self._timer.stop()
        return is_quiet

    def _set_pace(self) -> None:
        """Come again when there may be something to deliver: to look costs Python's lock too."""
        if not self._callbacks:
            self._timer.stop()
            return
        due_s = min(self._next_s.get(number, 0.0) for number in self._callbacks)
        wait_ms = max(DRAIN_MS, round((due_s - time.monotonic()) * 1000))
        if wait_ms != self._timer.interval():
            self._timer.setInterval(wait_ms)

    def _deliver(self, job: Job, events: list[Any]) -> None:
        callbacks = self._callbacks[job.number]
        began_s = time.monotonic()
        own = [event for event in events if not isinstance(event, Progress | JobStarted | JobEnded)]
        steps = [event for event in events if isinstance(event, Progress)]
        if steps:
            job.progress = steps[-1]
        if own and callbacks.events is not None:
            _call(callbacks.events, own)
        if any(isinstance(event, JobEnded) for event in events):
            del self._callbacks[job.number]
            self._next_s.pop(job.number, None)
            self._finish(job, callbacks)
        else:
            self.job_changed.emit(job)
            now_s = time.monotonic()
            self._next_s[job.number] = now_s + min(LATEST_S, (now_s - began_s) / SHARE)

    def _finish(self, job: Job, callbacks: _Callbacks) -> None:
        self.job_ended.emit(job)
        if job.state is JobState.DONE and callbacks.done is not None:
            _call(callbacks.done, job.result)
        elif job.state is JobState.CANCELLED and callbacks.cancelled is not None:
            _call(callbacks.cancelled)
        elif job.state is JobState.FAILED and job.error is not None and callbacks.error is not None:
            _call(callbacks.error, job.error)


def _call(function: Callable[..., None], *args: Any) -> None:
    """Call back; a bug in one callback is reported and takes no other job's events with it."""
    try:
        function(*args)
    except Exception:
        sys.excepthook(*sys.exc_info())
