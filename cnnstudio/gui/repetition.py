"""Running a run again, identically, in the window: the training, and the verdict when it is over."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnstudio.runs.run import Run, RunState
from cnnstudio.runs.store import next_run_path

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.gui.session import Session
    from cnnstudio.runs.repeat import Verdict


class Repetition(QObject):
    """One repetition at a time: the window has one training."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._original: Run | None = None
        session.training.changed.connect(self._on_training)

    def why_not(self) -> str:
        """Why the chosen run can't be repeated now, as a sentence; empty if it can."""
        run = self._session.run
        if self._session.project is None or run is None:
            return "Choose a run first."
        if why_not := self._session.why_read_only():
            return why_not
        if self._session.training.is_active:
            return "A training is running."
        is_over = run.state in (RunState.FINISHED, RunState.STOPPED)
        return "" if is_over else f"{run.name} is {run.state.value}: there is no end to compare with."

    def start(self) -> None:
        """Train the chosen run once more from its start; a notice says whether the same came out."""
        run, project, at_hand = self._session.run, self._session.project, self._session.dataset
        if run is None or project is None or self.why_not():
            return
        is_same = at_hand is not None and at_hand.spec == run.data

        def prepare(ctx: "JobContext") -> "tuple[Run, Dataset]":
            from cnnstudio.runs.repeat import begin_repetition

            return begin_repetition(ctx, run, next_run_path(project.runs_dir), at_hand if is_same else None)

        self._session.training.start_prepared(f"Running {run.name} again", prepare)
        self._original = run

    def _on_training(self) -> None:
        training, original = self._session.training, self._original
        if training.is_active or original is None:
            return
        self._original, again = None, training.run
        if again is None or again.state is not RunState.FINISHED:
            return

        def work(ctx: "JobContext") -> "Verdict":
            from cnnstudio.runs.repeat import verdict_of

            return verdict_of(original, again)

        def on_done(verdict: "Verdict") -> None:
            names = f"{again.name}, compared with {original.name}."
            self._session.notice.emit("ok" if verdict.is_equal else "warn", verdict.text, names)

        self._session.jobs.start("Comparing", "io", work, on_done=on_done, on_error=self._session.report)
