"""The bin of the page Runs: what goes in, the notice that offers to undo it, and what comes back."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnstudio.data.words import counted, printable
from cnnstudio.gui.other_runs import is_elsewhere, unlink_run
from cnnstudio.gui.widgets.bin_menu import BinButton
from cnnstudio.gui.widgets.notice import NoticeBar
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.runs.summary import RunSummary

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session


class RunBin(QObject):
    """Glue between the session's bin, its button and a notice."""

    def __init__(self, session: "Session", button: BinButton, notice: NoticeBar) -> None:
        super().__init__(button)
        self._session, self._button, self._notice = session, button, notice
        self._undo: Callable[[], object] | None = None
        button.back_wanted.connect(self._bring_back)
        notice.acted.connect(self._on_undo)

    def refresh(self) -> None:
        """Offer what lies in the bin now."""
        self._button.set_items([(_text(summary), summary.path) for summary in self._session.binned])

    def take(self, rows: Sequence[RunSummary]) -> None:
        """Runs of the project go to the bin; of those from elsewhere only the link goes."""
        guests = [row for row in rows if is_elsewhere(self._session, row.path)]
        for row in guests:
            unlink_run(self._session, row.path)
        binned = []
        for row in rows:
            if row.run is not None and row not in guests and (path := self._session.bin_run(row.run)) is not None:
                binned.append((row, path))
        if binned:
            what = binned[0][0].name if len(binned) == 1 else counted(len(binned), "run")
            freed = bytes_text(sum(row.size_bytes for row, _ in binned))
            text = f"{what} {'is' if len(binned) == 1 else 'are'} in the bin ({freed})."
            self.offer_undo(text, partial(self._bring_all_back, [path for _, path in binned]))
        elif guests:
            text = f"{counted(len(guests), 'run')} off the list; nothing was deleted."
            self._session.notice.emit("ok", text, "")

    def offer_undo(self, text: str, undo: Callable[[], object]) -> None:
        """Say what was done, with a button that takes it back."""
        self._undo = undo
        self._notice.show_notice("info", text, "", "Undo")

    def _on_undo(self) -> None:
        if self._undo is not None:
            undo, self._undo = self._undo, None
            undo()

    def _bring_all_back(self, paths: list[Path]) -> None:
        for path in paths:
            self._session.unbin_run(path)

    def _bring_back(self, binned: Path) -> None:
        self._undo = None
        self._notice.withdraw()
        self._session.unbin_run(binned)


def _text(summary: RunSummary) -> str:
    """A run in the bin, in words that tell it from the others."""
    network = "can't be read" if summary.run is None else printable(summary.run.graph.name)
    return f"{printable(summary.name)} · {network}, {counted(summary.epochs, 'epoch')}"
