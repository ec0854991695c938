"""What runs in the background, shown at the right of the status bar."""

from PySide6.QtCore import QObject, QTimer

from cnnstudio.core.jobs import Job
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.status_bar import StatusBar

# A number that changes more often can't be read, and each change lays the bar out anew.
SHOW_MS = 400


class JobWatch(QObject):
    """Keeps the bar up to date: starts and ends at once, progress a few times a second; its cross cancels."""

    def __init__(self, session: Session, bar: StatusBar) -> None:
        super().__init__(bar)
        self._session, self._bar = session, bar
        self._timer = QTimer(self, singleShot=True, interval=SHOW_MS)
        self._timer.timeout.connect(self._show)
        session.jobs.job_started.connect(self._on_step)
        session.jobs.job_ended.connect(self._on_step)
        session.jobs.job_changed.connect(self._on_progress)
        bar.cancelled.connect(self._on_cancelled)

    def _on_step(self, job: Job) -> None:
        self._show()

    def _on_progress(self, job: Job) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        # Small looks at the disk come and go in silence; what takes longer says how far it is.
        told = [job for job in self._session.jobs.active() if job.lane == "train" or job.progress.text]
        self._bar.set_jobs([job for job in told if not job.state.is_over])

    def _on_cancelled(self, job: Job) -> None:
        if job is self._session.training.job:
            self._session.training.stop()
        else:
            job.cancel()
