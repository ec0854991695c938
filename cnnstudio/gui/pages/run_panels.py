"""What is said of the chosen runs below their table: curves, differences, notes, and the queue."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.words import counted, printable
from cnnstudio.gui.pages.run_steps import Step
from cnnstudio.gui.pages.runs_layout import RunsLayout
from cnnstudio.gui.run_shelf import COPY_FIRST
from cnnstudio.gui.widgets.difference_view import CHOOSE_TWO, COMPARING
from cnnstudio.gui.widgets.line_looks import free_look
from cnnstudio.gui.widgets.overlay_card import Overlaid
from cnnstudio.gui.widgets.overlay_points import OverlayPoints, overlay_points
from cnnstudio.gui.widgets.queue_list import Waiting
from cnnstudio.gui.widgets.run_notes import NOTHING
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.runs.curves import CurveReader
from cnnstudio.runs.differences import Difference, differences
from cnnstudio.runs.labels import label_run, parse_tags, tags_text
from cnnstudio.runs.queue import QueueItem
from cnnstudio.runs.run import Run
from cnnstudio.runs.summary import RunSummary
from cnnstudio.training.checkpoint import checkpoint_sizes

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session


class RunPanels(QObject):
    """Glue between the lower panels and the session; `done` brings a Step, and what to say of it (or nothing)."""

    done = Signal(object, str)

    def __init__(self, session: "Session", view: RunsLayout) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._picked: list[RunSummary] = []
        self._noted: RunSummary | None = None
        self._looks: dict[Path, int] = {}
        self._reader = CurveReader()
        view.overlay.measure_changed.connect(self.read_curves)
        view.tabs.chosen.connect(self._on_tab)
        view.notes.edited.connect(self._on_noted)
        queue, rows = session.queue, view.queue
        queue.changed.connect(self._show_queue)
        rows.moved.connect(queue.move)
        rows.removed.connect(self._on_removed)
        rows.tried_again.connect(queue.try_again)
        rows.go_on_wanted.connect(queue.go_on)
        rows.hold_wanted.connect(self._on_hold)
        self._show_queue()

    def looks(self) -> dict[Path, int]:
        """The look of each chosen run's curve."""
        return self._looks

    def set_picked(self, picked: Sequence[RunSummary], current: RunSummary | None) -> None:
        """Show these runs; a run keeps the look of its curve while it stays chosen."""
        self._picked = list(picked)
        paths = [summary.path for summary in picked if summary.run is not None]
        self._looks = {path: look for path, look in self._looks.items() if path in set(paths)}
        for path in paths:
            if path not in self._looks:
                self._looks[path] = free_look(self._looks.values())
        self._view.overlay.set_runs(
            [Overlaid(str(s.path), printable(s.name), self._looks[s.path]) for s in picked if s.run is not None]
        )
        self._show_notes(current)
        self.read_curves()
        self._compare()

    # Curves and differences, read beside the window -------------------------------------------------------------

    def read_curves(self) -> None:
        """Read what the chosen runs' histories hold, of a running one only what is new."""
        paths, measure, reader = list(self._looks), self._view.overlay.measure(), self._reader

        def work(ctx: JobContext) -> dict[str, OverlayPoints]:
            found = reader.read(paths, measure, ctx)
            return {str(path): overlay_points(points, measure) for path, points in found.items()}

        self._session.jobs.start("Reading curves", "curves", work, on_done=self._on_curves, supersede=True)

    def _on_curves(self, found: dict[str, OverlayPoints]) -> None:
        self._view.overlay.set_points(found)

    def _on_tab(self, key: str) -> None:
        if key == "settings":
            self._compare()

    def _compare(self) -> None:
        runs = [summary.run for summary in self._picked if summary.run is not None]
        if len(runs) < 2:
            self._view.differences.say(CHOOSE_TWO)
        elif self._view.tabs.current() == "settings":
            if self._view.differences.table is None:
                self._view.differences.say(COMPARING)

            def work(ctx: JobContext) -> tuple[Difference, ...]:
                return differences(runs)

            done = partial(self._on_compared, [run.name for run in runs])
            self._session.jobs.start("Comparing runs", "curves", work, on_done=done, on_error=self._on_incomparable)

    def _on_compared(self, names: list[str], found: tuple[Difference, ...]) -> None:
        if names == [summary.name for summary in self._picked if summary.run is not None]:
            self._view.differences.set_differences(names, found)

    def _on_incomparable(self, error: StudioError) -> None:
        self._view.differences.say(str(error))

    # Notes ------------------------------------------------------------------------------------------------------

    def label(self, summary: RunSummary, key: str, text: str) -> None:
        """Keep a new name, tags or notes, as typed."""
        if summary.run is None:
            self._session.report(StudioError(f"{summary.name} can't be read, so nothing can be written on it."))
            return
        if why_not := self._session.why_read_only():
            self._session.report(StudioError(why_not, hint=COPY_FIRST))
            return
        before, run = _label(summary.run, key), summary.run
        if self._write(run, key, text):
            step = Step(
                f"change the {key} of {run.name}",
                partial(self._write, run, key, before),
                partial(self._write, run, key, text),
            )
            self.done.emit(step, "")

    def _write(self, run: Run, key: str, text: str) -> bool:
        label: dict[str, Any] = {key: parse_tags(text) if key == "tags" else text}
        try:
            label_run(run, **label)
        except StudioError as error:
            self._session.report(error)
            return False
        finally:
            self._session.refresh_runs(is_quiet=False)
        return True

    def _show_notes(self, current: RunSummary | None) -> None:
        notes = self._view.notes
        if self._noted is not None and (current is None or current.path != self._noted.path):
            notes.finish()
        self._noted = current
        if current is None or current.run is None:
            problem = NOTHING if current is None else f"{current.name} can't be read. {current.problem}"
            notes.set_run("", "", "", "" if current is None else str(current.path), problem)
            return
        info = current.run.info
        why_not = self._session.training.why_not_resume(current.run)
        notes.set_run(info.name, tags_text(info.tags), info.notes, _about(current.run), why_not)

    def _on_noted(self, key: str, text: str) -> None:
        if self._noted is not None:
            self.label(self._noted, key, text)

    # The queue --------------------------------------------------------------------------------------------------

    def _show_queue(self) -> None:
        queue = self._session.queue
        self._view.queue.set_items([_waiting(item) for item in queue.items], queue.why_held)
        self._view.set_waiting(len(queue.items))

    def _on_removed(self, item_id: str) -> None:
        queue = self._session.queue
        place, item = next((place, item) for place, item in enumerate(queue.items) if item.id == item_id)
        queue.remove(item_id)
        name = _waiting(item).name
        step = Step(
            f"take {name} out of the queue", partial(self._queue_again, item, place), partial(self._unqueue, item)
        )
        self.done.emit(step, f"{name} is out of the queue.")

    def _queue_again(self, item: QueueItem, place: int) -> bool:
        self._session.queue.put_back(item, place)
        return True

    def _unqueue(self, item: QueueItem) -> bool:
        # It may have begun meanwhile.
        if item.id in {waiting.id for waiting in self._session.queue.items}:
            self._session.queue.remove(item.id)
        return True

    def _on_hold(self) -> None:
        self._session.queue.hold("You hold it.")


def _label(run: Run, key: str) -> str:
    """A run's name, tags or notes, as they are typed."""
    return tags_text(run.info.tags) if key == "tags" else str(getattr(run.info, key))


def _about(run: Run) -> str:
    """Where a run lies, and how large each of its checkpoints is."""
    sizes = checkpoint_sizes(run.checkpoints) if run.checkpoints.is_dir() else {}
    kept = ", ".join(f"{name} {bytes_text(size)}" for name, size in sizes.items())
    return f"{run.path} · checkpoints: {kept or 'none'}"


def _waiting(item: QueueItem) -> Waiting:
    """A waiting training in words."""
    problem = item.problem and f"Couldn't begin: {item.problem}"
    if item.network is None or item.data is None or item.train is None:
        until = f" until epoch {item.epochs:,}" if item.epochs else ""
        return Waiting(item.id, printable(item.name), f"goes on where it was stopped{until}", printable(problem))
    epochs = counted(item.train.epochs, "epoch")
    about = f"{item.network.name} on {item.data.source.title}, {epochs}"
    return Waiting(item.id, printable(item.name or "New run"), printable(about), printable(problem))


def picked_run(summary: RunSummary | None) -> Run | None:
    """The run of a summary, if there is one that can be read."""
    return None if summary is None else summary.run
