"""What every download on a click shares: the dialog, the job, its progress, and its end."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobFunction
from cnnstudio.gui.download_dialog import DownloadDialog

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session

LANE = "download"


class Downloading(QObject):
    """Glue between one dialog, the session and the download; the dialog deletes itself when it is closed, and this."""

    def __init__(self, dialog: DownloadDialog, session: "Session") -> None:
        super().__init__(dialog)
        self._dialog, self._session = dialog, session
        self._job: Job | None = None
        self._is_open = True
        dialog.stopped.connect(self._stop)
        dialog.finished.connect(self._on_finished)
        session.jobs.job_changed.connect(self._on_job_changed)
        dialog.open()

    def use(self, result: Any) -> None:
        """What was wanted is here; the dialog is closed already."""
        raise NotImplementedError

    def start(self, name: str, work: JobFunction) -> None:
        """Download beside the window; `use` gets what `work` returns."""
        self._job = self._session.jobs.start(
            f"Downloading {name}",
            LANE,
            work,
            on_done=self._on_fetched,
            on_error=self._on_failed,
            on_cancelled=self._on_stopped,
        )
        self._dialog.show_progress(self._job.progress)

    def _on_job_changed(self, job: Job) -> None:
        if job is self._job and self._is_open:
            self._dialog.show_progress(job.progress)

    def _on_fetched(self, result: Any) -> None:
        if self._is_open:
            self._dialog.accept()
            self.use(result)

    def _on_failed(self, error: StudioError) -> None:
        if self._is_open:
            self._dialog.show_stopped(error)

    def _on_stopped(self) -> None:
        if self._is_open:
            self._dialog.show_stopped()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _on_finished(self) -> None:
        self._is_open = False
        self._stop()
