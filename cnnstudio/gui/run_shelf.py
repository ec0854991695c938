"""The part of the session that is about runs: which there are, and which one the pages behind Train speak of."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.errors import ProjectError, StudioError
from cnnstudio.gui.jobs import Jobs
from cnnstudio.project import Project
from cnnstudio.runs.run import BIN, Run, bin_run, restore_run
from cnnstudio.runs.store import run_folders
from cnnstudio.runs.summary import RunSummary, SummaryReader

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext


COPY_FIRST = "Save a copy of the project, and work on that."


@dataclass(frozen=True)
class RunsRead:
    """What lies on the disk: the runs of a project (broken ones among them), and those in its bin."""

    project: Path
    summaries: list[RunSummary]
    binned: list[RunSummary]


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
        self.summaries: list[RunSummary] = []
        self.binned: list[RunSummary] = []
        self._reader = SummaryReader()
        self._reading: Job | None = None
        self._known_of: Path | None = None
        self._is_loud = False

    def why_read_only(self) -> str:
        """Why nothing can be written into the open project, as a sentence; empty if it can."""
        why = None if self.project is None else self.project.read_only
        return f"Read-only: {why.message}" if why is not None else ""

    def refresh_runs(self, *, is_quiet: bool = False) -> None:
        """Look at the run folders again, in the background; those behind links to other places too.

        Args:
            is_quiet: Only numbers may have changed: the pages that show the chosen run aren't told to begin anew.
        """
        if self.project is None or (is_quiet and self.runs_job is not None):
            return
        project, reader = self.project, self._reader
        self._is_loud = self._is_loud or not is_quiet

        def work(ctx: "JobContext") -> RunsRead:
            elsewhere = [Path(path) for path in project.spec.runs_elsewhere]
            found = reader.read([*run_folders(project.runs_dir), *elsewhere], ctx)
            return RunsRead(project.path, found, reader.read(run_folders(project.runs_dir / BIN), ctx))

        self._reading = self.jobs.start(
            "Reading the runs", "runs", work, on_done=self._on_runs_read, on_error=self.report, supersede=True
        )

    @property
    def runs_job(self) -> "Job | None":
        """The look at the run folders that is going on, if one is."""
        return None if self._reading is None or self._reading.state.is_over else self._reading

    @property
    def is_first_look(self) -> bool:
        """True while nothing is known yet of the open project's runs."""
        return self.project is not None and self.runs_job is not None and self._known_of != self.project.path

    def _on_runs_read(self, found: "RunsRead") -> None:
        if self.project is None or self.project.path != found.project:
            return
        self._known_of = found.project
        self.summaries, self.binned = found.summaries, found.binned
        self.runs = [summary.run for summary in found.summaries if summary.run is not None]
        before, is_loud, self._is_loud = self.run, self._is_loud, False
        chosen = next((run for run in self.runs if before is not None and run.path == before.path), None)
        chosen = chosen or (self.runs[-1] if self.runs else None)
        self.runs_changed.emit()
        if is_loud or not _is_same(before, chosen):
            self.choose_run(chosen)

    def forget_runs(self) -> None:
        """Close the list: the project is left."""
        self.runs, self.summaries, self.binned, self._known_of = [], [], [], None

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
            self._require_writable()
            binned = bin_run(run)
        except StudioError as error:
            self.report(error)
            return None
        self.run = None if self.run is not None and self.run.path == run.path else self.run
        self.refresh_runs()
        return binned

    def unbin_run(self, binned: Path) -> bool:
        """Take a run out of the bin again; False if that failed."""
        try:
            self._require_writable()
            self.run = restore_run(binned)
        except StudioError as error:
            self.report(error)
            return False
        finally:
            self.refresh_runs()
        return True

    def _require_writable(self) -> None:
        if why_not := self.why_read_only():
            raise ProjectError(why_not, hint=COPY_FIRST)

    def report(self, error: StudioError) -> None:
        """Show an error as a sentence and a hint."""
        self.notice.emit("bad", error.message, error.hint)


def _is_same(before: Run | None, now: Run | None) -> bool:
    """Is it still the same run with the same settings?"""
    if before is None or now is None:
        return before is now
    pairs = [(getattr(before, part), getattr(now, part)) for part in ("path", "info", "config", "data", "graph")]
    return all(one is other or one == other for one, other in pairs)
