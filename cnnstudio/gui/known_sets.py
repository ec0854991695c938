"""Well-known data sets in the window: a download on a click, and then the set is opened."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.data.known import KNOWN
from cnnstudio.data.sources.known import KnownSource
from cnnstudio.gui.known_sets_dialog import KnownSetsDialog
from cnnstudio.gui.pretrained import LANE

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session


class KnownSets(QObject):
    """Glue between one dialog, the session and the download."""

    def __init__(self, window: QWidget, session: "Session") -> None:
        # The dialog deletes itself when it is closed, and this with it.
        self.dialog = KnownSetsDialog(window)
        super().__init__(self.dialog)
        self._session = session
        self._job: Job | None = None
        self._key = ""
        self._is_open = True
        self.dialog.set_sets(tuple(KNOWN.values()), {key for key, known in KNOWN.items() if known.is_installed()})
        self.dialog.wanted.connect(self._fetch)
        self.dialog.stopped.connect(self._stop)
        self.dialog.finished.connect(self._on_finished)
        session.jobs.job_changed.connect(self._on_job_changed)
        self.dialog.open()

    def _fetch(self, key: str) -> None:
        self._key = key
        self._job = self._session.jobs.start(
            f"Downloading {KNOWN[key].title}",
            LANE,
            partial(_install, key),
            on_done=self._on_fetched,
            on_error=self._on_failed,
            on_cancelled=self._on_stopped,
        )
        self.dialog.show_progress(self._job.progress)

    def _on_job_changed(self, job: Job) -> None:
        if job is self._job and self._is_open:
            self.dialog.show_progress(job.progress)

    def _on_fetched(self, _: object) -> None:
        if self._is_open:
            self.dialog.accept()
            self._session.open_source(KnownSource(name=self._key))

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


def _install(key: str, ctx: JobContext) -> None:
    KNOWN[key].install(ctx)
