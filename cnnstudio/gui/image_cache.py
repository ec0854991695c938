"""The image cache in the window: its dialog, the budget, and what follows from a change of it at once."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from cnnstudio.core.settings import Settings
from cnnstudio.data.cache_contents import CacheContents, cache_contents, folder_of, is_streamed, remove_sets, trim
from cnnstudio.gui.cache_dialog import CacheDialog

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.gui.session import Session


class ImageCache(QObject):
    """Glue between the dialog, the settings and the cache; everything on the disk happens in jobs."""

    def __init__(self, window: QWidget, session: "Session") -> None:
        self.dialog = CacheDialog(window)
        super().__init__(self.dialog)
        self._session = session
        self._is_open = True
        self.dialog.set_settings(session.settings)
        self.dialog.settings_changed.connect(self._on_settings)
        self.dialog.remove_wanted.connect(self._on_remove)
        self.dialog.finished.connect(self._on_finished)
        session.dataset_changed.connect(self._look)
        self._look()
        self.dialog.open()

    def _look(self) -> None:
        self._start("Looking into the image cache", _nothing)

    def _on_settings(self, settings: Settings) -> None:
        """A smaller budget makes room now; with a larger one the open data are read into the cache."""
        is_larger = settings.cache_gb > self._session.settings.cache_gb
        self._session.set_settings(settings)
        self._start("Making room in the image cache", partial(trim, folder_of(self._session.dataset)))
        if is_larger and is_streamed(self._session.dataset):
            self._read_again()

    def _on_remove(self, folders: list[Path]) -> None:
        keep = folder_of(self._session.dataset)
        self._start("Emptying the image cache", partial(remove_sets, folders, keep))

    def _start(self, name: str, change: Callable[[], int]) -> None:
        if not self._is_open:
            return

        def work(ctx: "JobContext") -> CacheContents:
            change()
            return cache_contents()

        self._session.jobs.start(name, "io", work, on_done=self._show, on_error=self._session.report)

    def _show(self, contents: CacheContents) -> None:
        if self._is_open:
            self.dialog.set_contents(contents, folder_of(self._session.dataset))

    def _read_again(self) -> None:
        spec = self._session.data_spec
        if spec is not None:
            self._session.open_data(spec.source.title, lambda ctx: spec)

    def _on_finished(self) -> None:
        self._is_open = False


def _nothing() -> int:
    return 0
