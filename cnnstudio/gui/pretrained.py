"""Published weights in the window: a download on a click, then the same import as any other file."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from cnnstudio.core.jobs import JobContext
from cnnstudio.core.paths import cache_dir
from cnnstudio.gui.downloading import Downloading
from cnnstudio.gui.pretrained_dialog import PretrainedDialog
from cnnstudio.network.weights.published import PUBLISHED, Published

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session


class Pretrained(Downloading):
    """Fetches a file of weights and offers it for import."""

    def __init__(self, window: QWidget, session: "Session") -> None:
        self.dialog = PretrainedDialog(window)
        architecture = session.graph.architecture if session.graph is not None else ""
        here = {item.file for item in PUBLISHED if place_of(item).exists()}
        self.dialog.set_items(PUBLISHED, here, architecture)
        super().__init__(self.dialog, session)
        self.dialog.wanted.connect(self._fetch)

    def use(self, result: Path) -> None:
        """Show what the file would fill."""
        self._session.offer_weights(result)

    def _fetch(self, item: Published) -> None:
        self.start(item.file, partial(_download, item))


def _download(item: Published, ctx: JobContext) -> Path:
    from cnnstudio.core.download import download

    # The published size is rounded to a kilobyte: the hash alone decides.
    return download(item.url, place_of(item), digest=item.digest, size=None, ctx=ctx)


def place_of(item: Published) -> Path:
    """Where a published file lies once it is here."""
    return cache_dir() / "weights" / item.file
