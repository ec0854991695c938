"""The part of the session that is about runs: which there are, and which one the pages behind Train speak of."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.jobs import Jobs
from cnnstudio.project import Project
from cnnstudio.runs.run import Run, bin_run, restore_run

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext


class RunShelf(QObject):
    """The runs of the open project. `Session` is one: pages see no difference."""

    run_changed = Signal()
    runs_changed = Signal()
    notice = Signal(str, str, str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.project: Project | None = None
        self.runs: list[Run] = []
        self.run: Run | None = None

    def refresh_runs(self) -> None:
        """Look at the run folders again, in the background."""
        if self.project is None:
            return
        project = self.project

        def work(ctx: "JobContext") -> tuple[Project, list[Run]]:
            return project, project.runs()

        self.jobs.start("Reading the runs", "io", work, on_done=self._on_runs_read, on_error=self.report)

    def _on_runs_read(self, found: tuple[Project, list[Run]]) -> None:
        project, runs = found
        if self.project is None or project.path != self.project.path:
            return
        self.runs = runs
        self.runs_changed.emit()
        chosen = next((run for run in runs if self.run is not None and run.path == self.run.path), None)
        self.choose_run(chosen or (runs[-1] if runs else None))

    def choose_run(self, run: Run | None) -> None:
        """Make a run the one that Inspect, Evaluate and Classify speak of."""
        self.run = run
        self.run_changed.emit()

    def adopt_run(self, run: Run) -> None:
        """Choose a run that was just made, and list it."""
        self.choose_run(run)
        self.refresh_runs()

    def bin_run(self, run: Run) -> Path | None:
        """Move a run to the bin; returns where it lies, for `unbin_run`."""
        try:
            binned = bin_run(run)
        except StudioError as error:
            self.report(error)
            return None
        self.run = None if self.run is not None and self.run.path == run.path else self.run
        self.refresh_runs()
        return binned

    def unbin_run(self, binned: Path) -> None:
        """Take a run out of the bin again."""
        try:
            self.run = restore_run(binned)
        except StudioError as error:
            self.report(error)
        self.refresh_runs()

    def report(self, error: StudioError) -> None:
        """Show an error as a sentence and a hint."""
        self.notice.emit("bad", error.message, error.hint)
