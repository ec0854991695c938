"""Published weights in the window: a download on a click, then the same import as any other file."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.core.paths import cache_dir
from cnnstudio.gui.pretrained_dialog import PretrainedDialog
from cnnstudio.network.weights.published import PUBLISHED, Published

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session

LANE = "download"


class Pretrained(QObject):
    """Glue between one dialog, the session and the download."""

    def __init__(self, window: QWidget, session: "Session") -> None:
        # The dialog deletes itself when it is closed, and this with it.
        self.dialog = PretrainedDialog(window)
        super().__init__(self.dialog)
        self._session = session
        self._job: Job | None = None
        self._is_open = True
        architecture = session.graph.architecture if session.graph is not None else ""
        here = {item.file for item in PUBLISHED if place_of(item).exists()}
        self.dialog.set_items(PUBLISHED, here, architecture)
        self.dialog.wanted.connect(self._fetch)
        self.dialog.stopped.connect(self._stop)
        self.dialog.finished.connect(self._on_finished)
        session.jobs.job_changed.connect(self._on_job_changed)
        self.dialog.open()

    def _fetch(self, item: Published) -> None:
        def work(ctx: JobContext) -> Path:
            from cnnstudio.core.download import download

            # The published size is rounded to a kilobyte: the hash alone decides.
            return download(item.url, place_of(item), digest=item.digest, size=None, ctx=ctx)

        self._job = self._session.jobs.start(
            f"Downloading {item.file}",
            LANE,
            work,
            on_done=self._on_fetched,
            on_error=self._on_failed,
            on_cancelled=self._on_stopped,
        )
        self.dialog.show_progress(self._job.progress)

    def _on_job_changed(self, job: Job) -> None:
        if job is self._job and self._is_open:
            self.dialog.show_progress(job.progress)

    def _on_fetched(self, path: Path) -> None:
        if self._is_open:
            self.dialog.accept()
            self._session.offer_weights(path)

    def _on_failed(self, error: StudioError) -> None:
        if self._is_open:
            self.dialog.show_stopped(error)

    def _on_stopped(self) -> None:
        if self._is_open:
            self.dialog.show_stopped()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _on_finished(self) -> None:
        self._is_open = False
        self._stop()


def place_of(item: Published) -> Path:
    """Where a published file lies once it is here."""
    return cache_dir() / "weights" / item.file
