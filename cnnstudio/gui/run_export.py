"""An export in the window: a dialog, and the job that writes and checks."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.core.paths import free_path
from cnnstudio.gui.export_dialog import ExportDialog

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session
    from cnnstudio.runs.export import Export, ExportForm
    from cnnstudio.runs.run import Run

LANE = "export"
FOLDER = "exports"


class RunExport(QObject):
    """Glue between one dialog, the session and the export of one run."""

    def __init__(self, window: QWidget, session: "Session", run: "Run") -> None:
        # The dialog deletes itself when it is closed, and this with it.
        self.dialog = ExportDialog(run.name, default_folder(run), window)
        super().__init__(self.dialog)
        self._session, self._run = session, run
        self._job: Job | None = None
        self._is_open = True
        self.dialog.export_wanted.connect(self._start)
        self.dialog.finished.connect(self._on_finished)
        session.jobs.job_changed.connect(self._on_job_changed)
        self.dialog.open()

    def _start(self, form: "ExportForm", folder: Path) -> None:
        run = self._run

        def work(ctx: JobContext) -> "Export":
            from cnnstudio.runs.export import export_run

            ctx.progress(0, 0, f"Writing into {folder}")
            return export_run(run, form, folder, ctx)

        name = f"Exporting {run.name}"
        self._job = self._session.jobs.start(
            name, LANE, work, on_done=self._on_done, on_error=self._on_failed, supersede=True
        )
        self.dialog.show_progress(self._job.progress)

    def _on_job_changed(self, job: Job) -> None:
        if job is self._job and self._is_open:
            self.dialog.show_progress(job.progress)

    def _on_done(self, made: "Export") -> None:
        if self._is_open:
            self.dialog.show_export(made)

    def _on_failed(self, error: StudioError) -> None:
        if self._is_open:
            self.dialog.show_error(error)

    def _on_finished(self) -> None:
        self._is_open = False
        if self._job is not None:
            self._job.cancel()


def default_folder(run: "Run") -> Path:
    """A new folder beside the runs of the project."""
    return free_path(run.path.parent.parent / FOLDER, run.name)
