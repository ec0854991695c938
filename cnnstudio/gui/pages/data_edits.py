"""Glue for what the user does with single pictures of the page Data: relabel, leave out, undo, and take them away."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.core.jobs import JobContext
from cnnstudio.core.paths import free_path
from cnnstudio.data.cleaned import export_cleaned
from cnnstudio.data.copies import surplus
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.edits import edits_text
from cnnstudio.data.report import save_report
from cnnstudio.data.words import counted
from cnnstudio.gui.late_pictures import LatePictures
from cnnstudio.gui.pages.data_texts import places_of
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.data_browser import DataBrowser
from cnnstudio.gui.widgets.edits_card import EditsCard
from cnnstudio.gui.widgets.findings import Findings


class DataEdits(QObject):
    """Connects the session's edits with the gallery and the card that tells of them."""

    def __init__(
        self, session: Session, browser: DataBrowser, card: EditsCard, findings: Findings, page: QWidget
    ) -> None:
        super().__init__(page)
        self._session, self._browser, self._card, self._page = session, browser, card, page
        self.pictures = LatePictures(session, self)
        self.pictures.arrived.connect(browser.gallery.viewport().update)
        browser.relabel_wanted.connect(session.relabel)
        browser.leave_out_wanted.connect(session.leave_out)
        card.undo.connect(self.undo)
        card.redo.connect(self.redo)
        card.copy_wanted.connect(self.ask_for_copy)
        findings.fix_wanted.connect(self.leave_out_copies)
        session.edits_changed.connect(self.show)

    def show(self) -> None:
        """Bring gallery and card up to date."""
        session = self._session
        if session.dataset is None:
            return
        self.pictures.set_dataset(session.dataset)
        self._browser.set_dataset(session.dataset, self.pictures.picture)
        self._card.set_edits(edits_text(session.dataset.spec.edits), session.undo_edit_text, session.redo_edit_text)

    def leave_out_copies(self, kind: str) -> None:
        """Leave out all but one of the copies that a finding is about."""
        dataset = self._session.dataset
        if dataset is not None and dataset.groups is not None:
            places = places_of(dataset.problems, kind)
            self._session.leave_out(surplus(places, dataset.groups, dataset.splits), True)

    def undo(self) -> None:
        """Take the last edit back, and say which."""
        self._step(self._session.undo_edit_text, self._session.undo_edit, "Took back")

    def redo(self) -> None:
        """Make the last edit again, and say which."""
        self._step(self._session.redo_edit_text, self._session.redo_edit, "Made again")

    def press(self, way: str) -> None:
        """Undo or redo."""
        (self.undo if way == "undo" else self.redo)()

    def _step(self, text: str | None, do: object, said: str) -> None:
        assert callable(do)
        if text is None:
            self._session.notice.emit("info", "There is no change of the pictures to take back or make again.", "")
        else:
            do()
            self._session.notice.emit("info", f"{said}: {text}.", "")

    # Out of the program -----------------------------------------------------------------------------------------

    def ask_for_copy(self) -> None:
        """Ask for a place, and copy the pictures there."""
        dataset = self._session.dataset
        if dataset is None:
            return
        start = free_path(Path.home(), f"{dataset.spec.source.title} cleaned")
        name, _ = QFileDialog.getSaveFileName(self._page, "A new folder for the copy", str(start))
        if name:
            self.copy_to(dataset, Path(name))

    def copy_to(self, dataset: Dataset, folder: Path) -> None:
        """Copy the pictures that are in use; a job with progress."""

        def work(ctx: JobContext) -> int:
            return export_cleaned(dataset, folder, ctx)

        name = f"Copying pictures to {folder.name}"
        self._session.jobs.start(
            name, "io", work, on_done=partial(self._on_copied, folder), on_error=self._session.report
        )

    def _on_copied(self, folder: Path, count: int) -> None:
        self._session.notice.emit("ok", f"{counted(count, 'picture')} copied to {folder}.", "In train, val and test.")

    def ask_for_report(self) -> None:
        """Ask for a place, and write the report as CSV."""
        dataset = self._session.dataset
        if dataset is None:
            return
        start = Path.home() / f"{dataset.spec.source.title} report.csv"
        name, _ = QFileDialog.getSaveFileName(self._page, "Save the report", str(start), "CSV (*.csv)")
        if name:
            self.report_to(dataset, Path(name))

    def report_to(self, dataset: Dataset, path: Path) -> None:
        """Write the report as CSV, beside the window: it may have a row for each of 100,000 pictures."""

        def work(ctx: JobContext) -> Path:
            save_report(dataset, path)
            return path

        self._session.jobs.start(
            f"Saving {path.name}", "io", work, on_done=self._on_reported, on_error=self._session.report
        )

    def _on_reported(self, path: Path) -> None:
        self._session.notice.emit("ok", f"Saved {path}.", "")
