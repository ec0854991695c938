"""The window's hold on the training: start, pause, go on, stop, and in which phase it is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.examination import Examination
from cnnstudio.project import start_run
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import misfit
from cnnstudio.training.events import EndReason, RunEnded, RunPaused, RunResumed, RunStarted

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.gui.session import Session
    from cnnstudio.runs.history_part import HistoryPart
    from cnnstudio.training.findings import PreflightDone


class Phase(StrEnum):
    """Where the training in this window stands."""

    IDLE = "idle"
    CHECKING = "checking"
    STARTING = "starting"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    TRYING = "trying"
    STOPPING = "stopping"


@dataclass(frozen=True, eq=False)
class RunOpened:
    """The first event of a training in the window: which run it is, and on which data."""

    run: Run
    dataset: "Dataset"


@dataclass(frozen=True, eq=False)
class PastLoaded:
    """What a resumed run did before."""

    history: "HistoryPart"


class TrainingControl(QObject):
    """One training at a time, in the lane "train"; a state machine, so that double clicks do no harm."""

    changed = Signal()
    events = Signal(list)

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self.phase = Phase.IDLE
        self.examination = Examination(session)
        self.run: Run | None = None
        self.job: Job | None = None
        self.ended: RunEnded | None = None
        self.error: StudioError | None = None
        self._rests_by_itself = False

    @property
    def is_active(self) -> bool:
        """True from Start until the last checkpoint is on the disk."""
        return self.phase is not Phase.IDLE

    def why_not_start(self) -> str:
        """Why a training can't start now, as a sentence; empty if it can."""
        if self.examination.is_active and not self.is_active:
            return "A copy of the network is being examined."
        return "A training is running." if self.is_active else self.why_not_fit()

    def why_not_fit(self) -> str:
        """Why what is open can't be trained, whether or not another training runs; empty if it can."""
        session = self._session
        if why_not := session.why_read_only():
            return why_not
        if session.data_job is not None:
            return "The data is still being opened."
        if session.data_error is not None:
            return "The data can't be read."
        if session.project is None or session.dataset is None:
            return "Choose data first."
        if session.graph is None or session.validation is None:
            return "Choose a network first."
        if not session.validation.is_ok:
            return f"The network has a problem: {session.validation.problems[0].text}"
        return misfit(session.dataset, session.graph, session.validation.shapes)

    def why_not_resume(self, run: Run) -> str:
        """Why nothing can be written into this run, as a sentence; empty if it can."""
        return self._session.why_read_only() or run.read_only

    def start(self, *, is_checked: bool = False) -> None:
        """Train the project's network on its data as a new run; the checks come first, unless the user skips them."""
        session = self._session
        if reason := self.why_not_start():
            session.notice.emit("warn", reason, "")
            return
        if session.settings.checks_first and not is_checked:
            self.job = self.examination.check(self._on_checked)
            self._set_phase(Phase.CHECKING)
            return
        session.save()
        project, dataset = session.project, session.dataset
        assert project is not None
        assert dataset is not None

        train = self._trainer()

        def work(ctx: "JobContext") -> RunEnded:
            run = start_run(project, dataset)
            ctx.emit(RunOpened(run, dataset))
            return train(ctx, run, dataset)

        self._launch("Training a new run", work)

    def resume_run(self, run: Run, epochs: int | None = None) -> None:
        """Go on with a run that was stopped or broken off, or let it train until `epochs` in all."""
        if self.is_active:
            self._session.notice.emit("warn", "A training is running.", "Stop it first.")
            return
        if why_not := self.why_not_resume(run):
            self._session.notice.emit("warn", why_not, "")
            return
        at_hand, train = self._session.dataset, self._trainer()

        def work(ctx: "JobContext") -> RunEnded:
            from cnnstudio.data.dataset import open_dataset
            from cnnstudio.runs.execute import extend_run

            resumed = extend_run(run, epochs) if epochs else run
            is_same = at_hand is not None and at_hand.spec.is_same_data(run.data)
            dataset = at_hand if is_same and at_hand is not None else open_dataset(run.data, ctx)
            ctx.emit(RunOpened(resumed, dataset))
            ctx.emit(PastLoaded(resumed.history_part(ctx)))
            return train(ctx, resumed, dataset)

        self._launch(f"Training {run.name}", work)

    def start_prepared(self, name: str, prepare: "Callable[[JobContext], tuple[Run, Dataset]]") -> None:
        """Train the run that `prepare` makes or opens beside the window, as an item of the queue does."""
        train = self._trainer()

        def work(ctx: "JobContext") -> RunEnded:
            run, dataset = prepare(ctx)
            ctx.emit(RunOpened(run, dataset))
            ctx.emit(PastLoaded(run.history_part(ctx)))
            return train(ctx, run, dataset)

        self._launch(name, work)

    def pause(self) -> None:
        """Save and rest."""
        if self.phase is Phase.RUNNING and self.job is not None:
            self.job.pause()
            self._set_phase(Phase.PAUSING)

    def go_on(self) -> None:
        """End a pause; one that the training made by itself ends only if what it waits for is back."""
        if self.phase in (Phase.PAUSING, Phase.PAUSED) and self.job is not None:
            waits = self.phase is Phase.PAUSED and self._rests_by_itself
            self.job.resume()
            self._set_phase(Phase.TRYING if waits else Phase.RUNNING)

    def stop(self) -> None:
        """Save and end; the run can be resumed."""
        if self.is_active and self.job is not None:
            self.job.cancel()
            self._set_phase(Phase.STOPPING)

    def _on_checked(self, done: "PreflightDone | None") -> None:
        """Go on with the start if nothing is bad; otherwise the page shows what it is, and asks."""
        self.job = None
        is_well = done is not None and not done.is_bad
        if is_well and self.phase is Phase.CHECKING:
            self.phase = Phase.IDLE
            self.start(is_checked=True)
            return
        self._set_phase(Phase.IDLE)
        if done is not None and done.is_bad:
            self._session.notice.emit("warn", "The training was not started: see the checks.", done.problems[0].text)

    def _trainer(self) -> "Callable[[JobContext, Run, Dataset], RunEnded]":
        """What trains a run: this window's worker thread, or a process of its own, as the settings say."""
        settings = self._session.settings
        train = _train_apart if settings.train_in == "process" else _train_here
        return partial(_with_event_files, train) if settings.event_files else train

    def _launch(self, name: str, work: "Callable[[JobContext], RunEnded]") -> None:
        self.ended, self.run, self.error = None, None, None
        self.job = self._session.jobs.start(
            name,
            "train",
            work,
            on_done=self._on_done,
            on_error=self._on_error,
            on_cancelled=self._finish,
            on_events=self._on_events,
        )
        self._set_phase(Phase.STARTING)

    def _on_events(self, events: list[Any]) -> None:
        for event in events:
            self._follow(event)
        self.events.emit(events)

    def _follow(self, event: Any) -> None:
        if isinstance(event, RunOpened):
            self.run = event.run
            if self.job is not None:
                self.job.name = f"Training {event.run.name}"
            self._session.choose_run(event.run)
            self._session.refresh_runs()
        elif isinstance(event, RunStarted | RunResumed) and self.phase not in (Phase.STOPPING, Phase.PAUSING):
            self._set_phase(Phase.RUNNING)
        elif isinstance(event, RunPaused) and self.phase in (Phase.PAUSING, Phase.RUNNING, Phase.TRYING):
            self._rests_by_itself = bool(event.why)
            self._set_phase(Phase.PAUSED)
            if event.why:  # it rests by itself: whoever looks at another page is to see it too
                self._session.notice.emit("warn", event.why, "")
        elif isinstance(event, RunEnded):
            self.ended = event

    def _on_done(self, ended: RunEnded) -> None:
        name = self.run.name if self.run is not None else "The run"
        if ended.reason is EndReason.DIVERGED or ended.has_blown_up:
            self._session.notice.emit("bad", f"{name}: {ended.text}", "")
        elif ended.reason is EndReason.FINISHED:
            self._session.notice.emit("ok", f"{name} is trained.", ended.text)
        self._finish()

    def _on_error(self, error: StudioError) -> None:
        self.error = error
        self._session.report(error)
        self._finish()

    def _finish(self) -> None:
        self.job = None
        self._set_phase(Phase.IDLE)
        self._session.refresh_runs()

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self.changed.emit()


def _with_event_files(
    train: "Callable[[JobContext, Run, Dataset], RunEnded]", ctx: "JobContext", run: Run, dataset: "Dataset"
) -> RunEnded:
    from cnnstudio.runs.tensorboard import want_event_files

    want_event_files(run)
    return train(ctx, run, dataset)


def _train_here(ctx: "JobContext", run: Run, dataset: "Dataset") -> RunEnded:
    from cnnstudio.runs.execute import train_run

    return train_run(ctx, run, dataset)


def _train_apart(ctx: "JobContext", run: Run, dataset: "Dataset") -> RunEnded:
    from cnnstudio.runs.apart import train_apart

    return train_apart(ctx, run)
