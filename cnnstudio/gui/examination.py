"""What is looked at before a training, beside the window: the checks, and the learning-rate finder."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.gui.session import Session
    from cnnstudio.training.finder import RangeTest, RateTried
    from cnnstudio.training.findings import PreflightDone


class Examination(QObject):
    """One look at a time, in the lane "train"; works on copies of what is open.

    `checked` brings a PreflightDone, `tried` a list of RateTried while a rate is sought, `found` a RangeTest.
    """

    changed = Signal()
    progressed = Signal(object)
    checked = Signal(object)
    tried = Signal(list)
    found = Signal(object)

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._then: Callable[[PreflightDone | None], None] | None = None
        self.job: Job | None = None
        session.jobs.job_changed.connect(self._on_job_changed)

    @property
    def is_active(self) -> bool:
        """True while something is looked at."""
        return self.job is not None

    def check(self, then: "Callable[[PreflightDone | None], None] | None" = None) -> "Job | None":
        """Run the checks; `then` gets what was found, or None if the user stopped them."""
        if self.is_active:
            return None
        dataset, graph, config = self._session.dataset, self._session.graph, self._session.config

        def work(ctx: "JobContext") -> "PreflightDone":
            from cnnstudio.training.checking import run_checks
            from cnnstudio.training.subject import prepare

            assert dataset is not None
            assert graph is not None
            return run_checks(prepare(dataset, graph, config), ctx)

        self._then = then
        return self._begin("Checking before the start", work, self._on_checked)

    def find_rate(self) -> "Job | None":
        """Try rising learning rates on a copy."""
        if self.is_active:
            return None
        dataset, graph, config = self._session.dataset, self._session.graph, self._session.config

        def work(ctx: "JobContext") -> "RangeTest":
            from cnnstudio.training.finder import find_rate
            from cnnstudio.training.subject import prepare

            assert dataset is not None
            assert graph is not None
            return find_rate(prepare(dataset, graph, config), ctx)

        return self._begin("Finding a learning rate", work, self._on_found)

    def cancel(self) -> None:
        """Stop looking."""
        if self.job is not None:
            self.job.cancel()

    def _begin(self, name: str, work: "Callable[[JobContext], Any]", on_done: Callable[[Any], None]) -> "Job":
        self.job = self._session.jobs.start(
            name,
            "train",
            work,
            on_done=on_done,
            on_error=self._on_error,
            on_cancelled=self._on_cancelled,
            on_events=self._on_events,
        )
        self.changed.emit()
        return self.job

    def _on_events(self, events: "list[RateTried]") -> None:
        self.tried.emit(events)

    def _on_job_changed(self, job: "Job") -> None:
        if job is self.job and isinstance(job.progress, Progress):
            self.progressed.emit(job.progress)

    def _on_checked(self, done: "PreflightDone") -> None:
        self._end()
        self.checked.emit(done)
        self._tell(done)

    def _on_found(self, result: "RangeTest") -> None:
        self._end()
        self.found.emit(result)

    def _on_cancelled(self) -> None:
        self._end()
        self._tell(None)

    def _on_error(self, error: StudioError) -> None:
        self._end()
        self._session.report(error)
        self._tell(None)

    def _end(self) -> None:
        self.job = None
        self.changed.emit()

    def _tell(self, done: "PreflightDone | None") -> None:
        then, self._then = self._then, None
        if then is not None:
            then(done)
