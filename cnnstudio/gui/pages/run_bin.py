"""The bin of the page Runs: what goes in, the notice that offers to undo it, and what comes back."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnstudio.data.words import counted, printable
from cnnstudio.gui.other_runs import is_elsewhere, unlink_run
from cnnstudio.gui.pages.run_steps import RunSteps, Step
from cnnstudio.gui.widgets.bin_menu import BinButton
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.runs.run import Run
from cnnstudio.runs.summary import RunSummary

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session


class RunBin(QObject):
    """Glue between the session's bin, its button, and the steps that can be taken back."""

    def __init__(self, session: "Session", button: BinButton, steps: RunSteps) -> None:
        super().__init__(button)
        self._session, self._button, self._steps = session, button, steps
        button.back_wanted.connect(self._bring_back)

    def refresh(self) -> None:
        """Offer what lies in the bin now."""
        self._button.set_items([(_text(summary), summary.path) for summary in self._session.binned])

    def take(self, rows: Sequence[RunSummary]) -> None:
        """Runs of the project go to the bin; of those from elsewhere only the link goes."""
        guests = [row for row in rows if is_elsewhere(self._session, row.path)]
        for row in guests:
            unlink_run(self._session, row.path)
        own = [(row, row.run) for row in rows if row.run is not None and row not in guests]
        binned = [(row, run, path) for row, run in own if (path := self._session.bin_run(run)) is not None]
        if binned:
            self._tell(binned)
        elif guests:
            text = f"{counted(len(guests), 'run')} off the list; nothing was deleted."
            self._session.notice.emit("ok", text, "")

    def _tell(self, binned: Sequence[tuple[RunSummary, Run, Path]]) -> None:
        rows, runs, paths = zip(*binned, strict=True)
        what = printable(rows[0].name) if len(rows) == 1 else counted(len(rows), "run")
        freed = bytes_text(sum(row.size_bytes for row in rows))
        step = Step(
            f"move {what} to the bin", partial(self._bring_all_back, paths), partial(self._bin_again, runs), paths
        )
        self._steps.add(step, f"{what} {'is' if len(rows) == 1 else 'are'} in the bin ({freed}).")

    def _bin_again(self, runs: Sequence[Run]) -> bool:
        binned = [self._session.bin_run(run) for run in runs if run.path.exists()]
        return None not in binned

    def _bring_all_back(self, paths: Sequence[Path]) -> bool:
        # Each is tried: one that can't come back keeps no other one in the bin.
        came = [self._session.unbin_run(path) for path in paths if path.exists()]
        return False not in came

    def _bring_back(self, binned: Path) -> None:
        self._session.unbin_run(binned)
        self._steps.prune()


def _text(summary: RunSummary) -> str:
    """A run in the bin, in words that tell it from the others."""
    network = "can't be read" if summary.run is None else printable(summary.run.graph.name)
    return f"{printable(summary.name)} · {network}, {counted(summary.epochs, 'epoch')}"
