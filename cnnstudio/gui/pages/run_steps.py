"""Undo and redo of the page Runs: what was done with runs that lie on the disk, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject

from cnnstudio.gui.widgets.notice import NoticeBar

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session

NOTHING = {
    "undo": "There is no change of the runs to take back.",
    "redo": "There is no change of the runs to make again.",
}


@dataclass(frozen=True)
class Step:
    """Something that was done.

    Args:
        text: Its name: "move Run 3 to the bin".
        undo: Takes it back; False if that failed, which it has told the user then.
        redo: Makes it again; as `undo`.
        binned: Folders that undo takes out of the bin; once none is left there, there is nothing to take back.
    """

    text: str
    undo: Callable[[], bool]
    redo: Callable[[], bool]
    binned: tuple[Path, ...] = ()


class RunSteps(QObject):
    """The steps in their order; a notice can offer to take the last one back."""

    def __init__(self, session: "Session", notice: NoticeBar) -> None:
        super().__init__(notice)
        self._session, self._notice = session, notice
        self._done: list[Step] = []
        self._undone: list[Step] = []
        notice.acted.connect(self.undo)
        session.project_changed.connect(self.forget)

    def add(self, step: Step, said: str = "") -> None:
        """Keep a step that was done; with `said` a notice tells of it and offers Undo."""
        self._done.append(step)
        self._undone.clear()
        if said:
            self._notice.show_notice("info", said, "", "Undo")

    def undo(self) -> None:
        """Take the last step back, and say which."""
        self.go("undo")

    def go(self, way: Literal["undo", "redo"]) -> None:
        """Take the last step back, or make it again, and say which it was."""
        done, undone = (self._done, self._undone) if way == "undo" else (self._undone, self._done)
        self._notice.withdraw()
        if not done:
            self._session.notice.emit("info", NOTHING[way], "")
            return
        step = done.pop()
        if step.undo() if way == "undo" else step.redo():
            undone.append(step)
            said = "Took back" if way == "undo" else "Made again"
            hint = "Ctrl+Y makes it again." if way == "undo" else "Ctrl+Z takes it back."
            self._session.notice.emit("info", f"{said}: {step.text}.", hint)

    def prune(self) -> None:
        """Drop the steps that nothing can be taken back of any more, and an offer to do so."""
        self._done = [step for step in self._done if not step.binned or any(path.exists() for path in step.binned)]
        self._notice.withdraw()

    def forget(self) -> None:
        """Begin anew: these steps were those of another project."""
        self._done, self._undone = [], []
        self._notice.withdraw()
