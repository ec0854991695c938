"""The part of the session that is about data: what is open, what is being opened, and what went wrong."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.errors import DataError, StudioError
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.spec import DataSpec
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.run_shelf import RunShelf

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.runs.run import Run


class DataShelf(RunShelf):
    """The data of the open project. `Session` is one: pages see no difference.

    `data_opened` comes before `dataset_changed`, for whoever must fit something to the new data first.
    """

    data_opened = Signal()
    dataset_changed = Signal()
    augment_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(jobs, parent)
        self.data_spec: DataSpec | None = None
        self.dataset: Dataset | None = None
        self.data_job: Job | None = None
        self.data_error: StudioError | None = None
        self.opening = ""
        self._next_told: Callable[[], None] | None = None
        self._before: tuple[DataSpec | None, Dataset | None] = (None, None)

    def set_data_spec(self, spec: DataSpec) -> None:
        """Use other data, or the same with another split or size; it is opened in the background."""
        self.open_data(spec.source.title, lambda ctx: spec, self.dataset or self._before[1])
        self.data_spec = spec

    def open_data(
        self, title: str, make_spec: "Callable[[JobContext], DataSpec]", at_hand: "Dataset | None" = None
    ) -> None:
        """Open data whose spec is made in the background too: a folder's defaults depend on its files.

        What was open comes back if this can't be opened.

        Args:
            title: What the window calls it meanwhile.
            make_spec: Called in the background.
            at_hand: Its pictures are taken where only splits or edits differ; None to look at the files again.
        """
        if self.data_job is not None:
            self.data_job.cancel()
        if self.dataset is not None:
            self._before = (self.data_spec, self.dataset)
        self.dataset, self.data_error, self.opening = None, None, title

        def work(ctx: "JobContext") -> "tuple[DataSpec, Dataset]":
            return _opened(make_spec(ctx), ctx, at_hand)

        # A job that was replaced may still have finished in time: only the newest one counts.
        def done(found: "tuple[DataSpec, Dataset]") -> None:
            if self.data_job is job:
                self._on_opened(*found)

        def failed(error: StudioError) -> None:
            if self.data_job is job:
                self._on_failed(error)

        def cancelled() -> None:
            failed(DataError(f"Opening {title} was cancelled.", hint="Choose the source again."))

        job = self.jobs.start(f"Opening {title}", "io", work, on_done=done, on_error=failed, on_cancelled=cancelled)
        self.data_job = job
        self.dataset_changed.emit()

    def set_augment(self, augment: AugmentSpec) -> None:
        """Distort the training images otherwise; the pictures stay open."""
        if self.dataset is None or self.data_spec is None or augment == self.data_spec.augment:
            return
        self.dataset = self.dataset.with_augment(augment)
        self.data_spec = self.data_spec.replace(augment=augment)
        self.augment_changed.emit()

    def on_next_data(self, tell: Callable[[], None]) -> None:
        """Call this once, when the data that are opened next are open; not if they can't be."""
        self._next_told = tell

    def close_data(self) -> None:
        """Forget what is open and what is being opened."""
        if self.data_job is not None:
            self.data_job.cancel()
        self.data_spec = self.dataset = self.data_job = self.data_error = None
        self._before = (None, None)

    def is_own_data(self, run: "Run") -> bool:
        """Was this run trained on what is open? True while nothing is open."""
        return self.dataset is None or self.dataset.spec.is_same_data(run.data)

    def _on_opened(self, spec: DataSpec, dataset: "Dataset") -> None:
        self.data_spec, self.dataset, self.data_job, self.opening = spec, dataset, None, ""
        self.data_opened.emit()
        tell, self._next_told = self._next_told, None
        if tell is not None:
            tell()
        self.dataset_changed.emit()

    def _on_failed(self, error: StudioError) -> None:
        self.data_job, self.opening = None, ""
        self._next_told = None
        spec, dataset = self._before
        if dataset is None:
            self.data_error = error
        else:
            self.data_spec, self.dataset = spec, dataset
            self.notice.emit("bad", f"{error.message} What was open stays.", error.hint)
        self.dataset_changed.emit()


def _opened(spec: "DataSpec", ctx: "JobContext", at_hand: "Dataset | None") -> "tuple[DataSpec, Dataset]":
    # numpy takes 0.08 s to import: not before the first paint.
    from cnnstudio.data.dataset import open_dataset, with_kept_splits

    # The project writes down which file is in which part: files that come later move none of them.
    dataset = with_kept_splits(open_dataset(spec, ctx, at_hand))
    assert dataset.asked is not None
    return dataset.asked, dataset
