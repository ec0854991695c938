"""The part of the session that is about edits of the data by hand: relabelled and left-out pictures, with undo."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.data.edits import left_out, relabelled
from cnnstudio.data.spec import DataEdits, DataSpec
from cnnstudio.data.words import counted, printable
from cnnstudio.gui.data_shelf import DataShelf
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.undo import UndoStack

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.dataset import Dataset

# Problems and statistics follow once the hand rests.
CHECK_AFTER_MS = 500


class EditShelf(DataShelf):
    """Edits are shown at once; what follows from them is worked out beside the window."""

    edits_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(jobs, parent)
        self._edits: UndoStack[DataEdits] = UndoStack()
        self._check_timer = QTimer(self, singleShot=True, interval=CHECK_AFTER_MS)
        self._check_timer.timeout.connect(self._check_edits)
        self.data_opened.connect(self._on_other_data)

    def relabel(self, numbers: Sequence[int], label: int) -> None:
        """Put pictures into another class; the files stay where they are."""
        dataset = self.dataset
        if dataset is None or dataset.raw is None or not len(numbers):
            return
        own = [dataset.classes[int(dataset.raw.labels[number])] for number in numbers]
        wanted = dataset.classes[label]
        made = relabelled(dataset.spec.edits, [dataset.names[number] for number in numbers], own, wanted)
        self._edit(made, f"put {counted(len(numbers), 'picture')} into {printable(wanted)}")

    def leave_out(self, numbers: Sequence[int], is_out: bool) -> None:
        """Leave pictures out of everything, or take them back in; the files stay where they are."""
        dataset = self.dataset
        if dataset is None or dataset.raw is None or not len(numbers):
            return
        made = left_out(dataset.spec.edits, [dataset.names[number] for number in numbers], is_out)
        verb = "leave out" if is_out else "take back in"
        self._edit(made, f"{verb} {counted(len(numbers), 'picture')}")

    def keep_edits(self, edits: DataEdits) -> None:
        """Use these edits without a step of undo: the same ones under the files' new names."""
        if self.dataset is not None and edits != self.dataset.spec.edits:
            self._edits.reset(edits)
            self._show_edits(edits)

    def undo_edit(self) -> None:
        """Take the last edit of the data back."""
        if self._edits.undo_text is not None:
            self._show_edits(self._edits.undo())

    def redo_edit(self) -> None:
        """Make the edit again that was undone last."""
        if self._edits.redo_text is not None:
            self._show_edits(self._edits.redo())

    @property
    def undo_edit_text(self) -> str | None:
        """What undo would take back."""
        return self._edits.undo_text

    @property
    def redo_edit_text(self) -> str | None:
        """What redo would make again."""
        return self._edits.redo_text

    def _edit(self, edits: DataEdits, text: str) -> None:
        assert self.dataset is not None
        if edits != self.dataset.spec.edits:
            self._edits.push(edits, text)
            self._show_edits(edits)

    def _show_edits(self, edits: DataEdits) -> None:
        if self.dataset is None or self.data_spec is None:
            return
        self.dataset = self.dataset.with_edits(edits)
        self.data_spec = self.data_spec.replace(edits=edits)
        self.edits_changed.emit()
        self._check_timer.start()

    def _on_other_data(self) -> None:
        assert self.data_spec is not None
        if not self._edits.is_at(self.data_spec.edits):
            self._edits.reset(self.data_spec.edits)

    def _check_edits(self) -> None:
        dataset, spec = self.dataset, self.data_spec
        if dataset is None or spec is None or self.data_job is not None:
            return

        def work(ctx: "JobContext") -> "tuple[DataSpec, Dataset]":
            from cnnstudio.data.dataset import open_dataset

            return spec, open_dataset(spec, ctx, dataset)

        self.jobs.start("Checking the edits", "io", work, on_done=self._on_checked, on_error=self.report)

    def _on_checked(self, found: "tuple[DataSpec, Dataset]") -> None:
        spec, dataset = found
        # A further edit meanwhile starts its own check.
        if spec == self.data_spec and self.data_job is None:
            self.dataset = dataset
            self.dataset_changed.emit()
