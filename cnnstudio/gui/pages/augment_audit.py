"""The audit's part of the tab Augment: which run is asked, its job, and what it found."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.pages.auditing import AUDIT_LANE, audit_run
from cnnstudio.gui.pages.augment_layout import AugmentLayout
from cnnstudio.gui.pages.lane_network import LaneNetwork

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.data.augmentation import AugmentSpec
    from cnnstudio.evaluation.audit import Audit
    from cnnstudio.gui.session import Session


class AugmentAudit(QObject):
    """Asks the chosen run; what it found stays until the operations or the run change."""

    def __init__(self, session: "Session", parts: AugmentLayout) -> None:
        super().__init__(parts)
        self._session, self._parts = session, parts
        self._networks = LaneNetwork()
        self._job: Job | None = None
        self._found: tuple[object, AugmentSpec, Audit] | None = None
        self._error: StudioError | None = None
        session.run_changed.connect(self._on_run)
        session.jobs.job_changed.connect(self._on_job)
        for wanted in (parts.ready.triggered, parts.error.triggered, parts.audit_button.clicked):
            wanted.connect(self.start)
        parts.busy.triggered.connect(self._on_cancel)

    def refresh(self) -> None:
        """Show what there is: nothing to ask, ready, busy, an error, or what was found."""
        parts, run = self._parts, self._session.run
        if self._job is not None:
            parts.audit_stack.setCurrentWidget(parts.busy)
        elif self._error is not None:
            parts.error.set_error("The audit can't be made", self._error)
            parts.audit_stack.setCurrentWidget(parts.error)
        elif self._found is not None and run is not None and self._found[0] == run.path:
            self._show_found()
        else:
            self._show_ready()
            parts.audit_stack.setCurrentWidget(parts.ready)

    def start(self) -> None:
        """Ask the chosen run about the operations as they are now."""
        run, dataset, spec = self._session.run, self._session.dataset, self._session.data_spec
        if run is None or dataset is None or spec is None or self._job is not None:
            return
        augment, networks, classes = spec.augment, self._networks, dataset.classes

        def work(ctx: "JobContext") -> "Audit":
            return audit_run(ctx, networks, run, dataset, augment)

        def done(audit: "Audit") -> None:
            self._found = (run.path, augment, audit)
            self._parts.audit.set_audit(audit, run.name, classes)
            self._end(None)

        self._error = None
        self._job = self._session.jobs.start(
            f"Auditing {run.name}", AUDIT_LANE, work, on_done=done, on_error=self._end, on_cancelled=self._on_cancelled
        )
        self._parts.busy.set_texts(f"Auditing {run.name}", "")
        self.refresh()

    def _show_ready(self) -> None:
        ready, run, spec = self._parts.ready, self._session.run, self._session.data_spec
        if run is None:
            ready.set_texts("Train a network first", "An audit asks a trained network about distorted pictures.")
            ready.set_action("", "")
        elif spec is None or not spec.augment.active:
            ready.set_texts("Nothing to audit", "Add an operation at the left, or switch one on.")
            ready.set_action("", "")
        else:
            ready.set_texts(
                f"Does the augmentation keep the classes of {run.name}?",
                "Each operation is applied alone, from nothing to twice its strength, to up to 512 validation "
                "images. Where a class is taken for another one, the operation destroys it.",
            )
            ready.set_action(f"Audit on {run.name}", f"Ask {run.name} about distorted pictures; takes some seconds.")

    def _show_found(self) -> None:
        assert self._found is not None
        parts, spec = self._parts, self._session.data_spec
        is_same = spec is not None and spec.augment == self._found[1]
        parts.audit_button.setText("Audit again" if is_same else "Audit the changed operations")
        parts.audit_button.setToolTip("Ask the run about the operations as they are now.")
        parts.audit_stack.setCurrentWidget(parts.audited)

    def _end(self, error: StudioError | None) -> None:
        self._job, self._error = None, error
        self.refresh()

    def _on_cancelled(self) -> None:
        self._end(None)

    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _on_run(self) -> None:
        self._error = None
        self.refresh()

    def _on_job(self, job: "Job") -> None:
        if job is self._job:
            self._parts.busy.set_progress(job.progress)
