"""The user's own pictures on the Inspect page: read beside the window, kept until the program ends."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnstudio.gui.pages.inspection import Picture
from cnnstudio.gui.pages.picture_sources import Sources
from cnnstudio.gui.pages.reading import OwnPicture, read_pictures

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.gui.session import Session
    from cnnstudio.runs.run import Run


class OwnPictures(QObject):
    """Pictures of any size, brought to what a run's network takes; `added` brings the number of the first new one."""

    added = Signal(int)

    def __init__(self, session: "Session", parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._sources: Sources = []
        self._side = (0, 0)
        self.pictures: list[Picture] = []

    def add(self, sources: Sources, run: "Run") -> None:
        """Read these for this run; what can't be read is said."""
        if not sources:
            return
        self._sources += sources
        preprocess = run.data.preprocess

        def read(ctx: "JobContext") -> list[OwnPicture]:
            return list(read_pictures(ctx, sources, preprocess))

        jobs = self._session.jobs
        jobs.start("Reading pictures", "io", read, on_done=self._on_read, on_error=self._session.report)

    def fit(self, run: "Run") -> None:
        """Read all again if another run's network takes pictures of another size."""
        spec = run.data.preprocess
        side = (spec.side, spec.channels)
        if side != self._side:
            sources, self._sources, self.pictures, self._side = self._sources, [], [], side
            self.add([source for source in sources if not isinstance(source, Path) or source.exists()], run)

    def _on_read(self, found: list[OwnPicture]) -> None:
        first = len(self.pictures)
        bad = [own for own in found if own.problem]
        self.pictures += [
            Picture(own.name, own.pixels, own.shown)
            for own in found
            if own.pixels is not None and own.shown is not None
        ]
        if bad:
            more = f" (and {len(bad) - 1:,} more)" if len(bad) > 1 else ""
            self._session.notice.emit("warn", bad[0].problem + more, bad[0].hint)
        if len(self.pictures) > first:
            self.added.emit(first)
