"""The page Runs: all trainings of the project, to compare, resume, queue, write on, or move to the bin and back."""

import os
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.core.jobs import Job
from cnnstudio.gui.other_runs import PARTS, adopt_settings, is_elsewhere, open_run_folder
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.pages.run_bin import RunBin
from cnnstudio.gui.pages.run_menu import run_menu
from cnnstudio.gui.pages.run_panels import RunPanels, picked_run
from cnnstudio.gui.pages.run_rows import NAME, NOTES, TAGS, all_tags, cells, kept_rows, state_text
from cnnstudio.gui.pages.run_saving import save_for_others
from cnnstudio.gui.pages.run_steps import RunSteps
from cnnstudio.gui.pages.runs_layout import RunsLayout
from cnnstudio.gui.session import Session
from cnnstudio.gui.undo_keys import UndoKeys
from cnnstudio.gui.widgets.notice import NoticeBar
from cnnstudio.gui.widgets.states import BusyState, EmptyState
from cnnstudio.runs.run import Run, RunState
from cnnstudio.runs.summary import RunSummary

# While a run trains, here or elsewhere, its numbers change: look at the disk this often; else for new runs only.
LIVE_MS, QUIET_MS = 2_000, 10_000
LIVE = (RunState.RUNNING, RunState.PAUSED)
KEYS = {NAME: "name", TAGS: "tags", NOTES: "notes"}


class RunsPage(Page):
    """Glue between the session's runs and their table."""

    key, title, icon = "runs", "Runs", "format-list-bulleted"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: list[RunSummary] = []
        self._picked: set[Path] = set()
        self._is_choosing = False
        self.view = RunsLayout()
        self.table, self.card, self.bin_list = self.view.table, self.view.card, self.view.bin_list
        self.open_button, self.resume_button = self.view.open_button, self.view.resume_button
        self.network_button, self.export_button = self.view.network_button, self.view.export_button
        self.reveal_button, self.bin_button = self.view.reveal_button, self.view.bin_button
        self.panels = RunPanels(session, self.view)
        self.empty = EmptyState(
            "No runs yet",
            "Each training is kept as a run: its curves, its checkpoints, and all its settings. "
            "The folder of a run from elsewhere can be dropped here.",
            "Train the network",
            "Go to the page Train.",
            "format-list-bulleted",
        )
        self.undo_notice = NoticeBar(self, margin_px=16)
        self.steps = RunSteps(session, self.undo_notice)
        self.bin = RunBin(session, self.bin_list, self.steps)
        self.undo_keys = UndoKeys(self)
        self._timer = QTimer(self, interval=QUIET_MS)
        self.busy = BusyState("Reading the runs", "Stop reading; the list is read again when you come back.")
        for view in (self.view, self.empty, self.busy):
            self.add_view(view)
        self._connect()
        self._show()

    def entered(self) -> None:
        self.session.refresh_runs(is_quiet=True)
        self._show()
        self._timer.start()

    def _connect(self) -> None:
        session, view = self.session, self.view
        session.runs_changed.connect(self._show)
        session.run_changed.connect(self._mark_current)
        session.training.changed.connect(self._update_buttons)
        self.table.chosen.connect(self._on_chosen)
        self.table.picked.connect(self._on_picked)
        self.table.activated_row.connect(self._open)
        self.table.edited.connect(self._on_edited)
        self.table.menu_wanted.connect(self._on_menu)
        view.filter.changed.connect(self._filter)
        for button, act in (
            (view.open_button, self._open),
            (view.resume_button, self._resume),
            (view.queue_button, self._queue),
            (view.network_button, self._show_network),
            (view.export_button, self._export),
            (view.reveal_button, self._reveal),
            (view.bin_button, self._bin),
            (view.add_button, self._choose_folder),
        ):
            button.clicked.connect(act)
        view.use_button.picked.connect(self._use)
        view.save_button.picked.connect(self._save_curves)
        self.panels.done.connect(self.steps.add)
        self.empty.triggered.connect(self._go_to_train)
        self.undo_keys.pressed.connect(self.steps.go)
        self._timer.timeout.connect(self._on_time)
        self.busy.triggered.connect(self._on_cancel)
        session.jobs.job_changed.connect(self._on_job_changed)

    def _on_menu(self, place: QPoint) -> None:
        if self._picked:
            menu = run_menu(self.view, self.session)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self.table.viewport().mapToGlobal(place))

    # What is shown ----------------------------------------------------------------------------------------------

    def content_view(self) -> QWidget:
        """The view with the table."""
        return self.view

    def _on_job_changed(self, job: Job) -> None:
        if job is self.session.runs_job:
            self.busy.set_progress(job.progress)

    def _on_cancel(self) -> None:
        if self.session.runs_job is not None:
            self.session.runs_job.cancel()
        self.show_view(self.empty)

    def _on_time(self) -> None:
        if not self.isVisible():
            self._timer.stop()
        elif not self.table.is_editing():
            self.session.refresh_runs(is_quiet=True)

    def _show(self) -> None:
        session = self.session
        self.bin.refresh()
        has_any = bool(session.summaries or session.binned or session.queue.items)
        self.show_view(self.view if has_any else self.busy if session.is_first_look else self.empty)
        if self.table.is_editing():
            return
        self._rows = list(session.summaries)
        # Hundreds of rows: to compare folders as texts takes a tenth of the time.
        home = str(session.project.runs_dir) if session.project is not None else ""
        self.table.set_rows([cells(row, is_elsewhere=os.path.dirname(row.path) != home) for row in self._rows])
        states = sorted({state_text(row) for row in self._rows})
        self.view.filter.set_options(states, all_tags(self._rows))
        self._filter()
        is_live = any(row.state in LIVE for row in self._rows)
        self._timer.setInterval(LIVE_MS if is_live else QUIET_MS)
        self._mark_current()

    def _filter(self) -> None:
        chosen = self.view.filter
        kept = kept_rows(self._rows, chosen.text(), chosen.state(), chosen.tag())
        self.table.set_kept(kept)
        count = f"{len(self._rows):,}"
        self.card.set_note(count if kept is None else f"{len(kept):,} of {count}")
        self.view.nothing_kept.setVisible(kept == [])

    def _mark_current(self) -> None:
        """Choose in the table what is chosen in the session, and what was chosen with it."""
        if self._is_choosing:
            return
        current = self.session.run
        places = [place for place, row in enumerate(self._rows) if row.path in self._picked]
        place = next((i for i, row in enumerate(self._rows) if current is not None and row.path == current.path), -1)
        if place >= 0 and place not in places:
            places = [place]
        self._pick(places, place)

    def _pick(self, places: list[int], current: int) -> None:
        self._picked = {self._rows[place].path for place in places}
        self.table.pick(places, current)
        self._show_picked()

    def _show_picked(self) -> None:
        self.panels.set_picked([row for row in self._rows if row.path in self._picked], self._current())
        looks = self.panels.looks()
        self.table.set_marks({i: looks[row.path] for i, row in enumerate(self._rows) if row.path in looks})
        self._update_buttons()

    def _update_buttons(self) -> None:
        row, view = self._current(), self.view
        run, is_busy = picked_run(row), self.session.training.is_active
        none = "Choose a run first." if row is None else "It can't be read." if run is None else ""
        has_epoch = row is not None and run is not None and (row.epochs > 0 or run.is_imported)
        no_epoch = none or "It has not finished an epoch."
        view.open_button.set_enabled(has_epoch, no_epoch)
        view.export_button.set_enabled(has_epoch, no_epoch)
        view.save_button.set_enabled(has_epoch, no_epoch)
        view.network_button.set_enabled(run is not None, none)
        is_trained = run is not None and not run.is_imported
        imported = none or "It was imported: it has no data and no recipe of its own."
        view.use_button.set_enabled(is_trained, imported)
        view.reveal_button.set_enabled(row is not None, none)
        can_resume = row is not None and row.state is not None and row.state.can_resume
        why_not = none or ("A training is running: add it to the queue." if is_busy else self._why_not_resume(row))
        view.resume_button.set_enabled(can_resume and not is_busy, why_not)
        view.queue_button.set_enabled(is_trained and not self._is_live(row), imported if not is_trained else "It runs.")
        is_live = any(self._is_live(picked) for picked in self._picked_rows())
        view.bin_button.set_enabled(run is not None and not is_live, none or "Stop its training first.")
        is_guest = row is not None and is_elsewhere(self.session, row.path)
        view.bin_button.setText("Take off the list" if is_guest else "Move to the bin")
        if is_guest:
            view.bin_button.set_enabled(True)
        view.lock(self.session.why_read_only(), run.read_only if run is not None and can_resume else "")

    def _why_not_resume(self, row: RunSummary | None) -> str:
        if row is None or row.state in LIVE:
            return "" if row is None else "It is being trained."
        return f"It is {state_text(row)}: there is nothing left to train."

    def _is_live(self, row: RunSummary | None) -> bool:
        training = self.session.training
        if row is None or row.state in LIVE:
            return row is not None
        return training.is_active and training.run is not None and training.run.path == row.path

    def _current(self) -> RunSummary | None:
        place = self.table.current()
        return self._rows[place] if 0 <= place < len(self._rows) and self._picked else None

    def _picked_rows(self) -> list[RunSummary]:
        return [row for row in self._rows if row.path in self._picked]

    def _run(self) -> Run | None:
        return picked_run(self._current())

    # What the user does -----------------------------------------------------------------------------------------

    def _on_chosen(self, place: int) -> None:
        run = self._rows[place].run if 0 <= place < len(self._rows) else None
        if run is not None:
            # The table is amid its own selecting, which `picked` tells: it must not be chosen in from here.
            self._is_choosing = True
            self.session.choose_run(run)
            self._is_choosing = False

    def _on_picked(self, places: list[int]) -> None:
        self._picked = {self._rows[place].path for place in places if place < len(self._rows)}
        self._show_picked()

    def _on_edited(self, place: int, column: int, text: str) -> None:
        self.panels.label(self._rows[place], KEYS[column], text)

    def _open(self) -> None:
        if (run := self._run()) is not None:
            self.session.choose_run(run)
            self.session.page_requested.emit("inspect")

    def _resume(self) -> None:
        if (run := self._run()) is not None:
            self.session.training.resume_run(run)
            self.session.page_requested.emit("train")

    def _queue(self) -> None:
        """What can go on waits to go on; what is done waits to be trained anew."""
        for row in self._picked_rows():
            if row.run is not None and row.state is not None and not self._is_live(row) and not row.run.is_imported:
                add = self.session.queue.add_resume if row.state.can_resume else self.session.queue.add_again
                add(row.run)
        self.view.show_panel("queue")

    def _use(self, part: str) -> None:
        if (run := self._run()) is not None:
            adopt_settings(self.session, run, PARTS if part == "all" else (part,))

    def _show_network(self) -> None:
        if (run := self._run()) is not None:
            self.session.show_run_network(run)

    def _export(self) -> None:
        if (run := self._run()) is not None:
            self.session.export_wanted.emit(run)

    def _save_curves(self, wanted: str) -> None:
        run = self._run()
        if run is None:
            return
        if wanted in ("tensorboard", "script"):
            name = QFileDialog.getExistingDirectory(self, "Choose a folder to write into", str(run.path))
        else:
            name, _ = QFileDialog.getSaveFileName(self, "Save the curves", f"{run.path.name}-{wanted}")
        if name:
            save_for_others(self.session, run, wanted, Path(name))

    def _reveal(self) -> None:
        if (row := self._current()) is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.path)))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open a run", str(Path.home()))
        if folder:
            open_run_folder(self.session, Path(folder))

    def _bin(self) -> None:
        self.bin.take(self._picked_rows())

    def _go_to_train(self) -> None:
        self.session.page_requested.emit("train")
