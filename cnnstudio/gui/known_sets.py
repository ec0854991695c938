"""Well-known data sets in the window: a download on a click, and then the set is opened."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.known import KNOWN
from cnnstudio.data.sources.known import KnownSource
from cnnstudio.gui.downloading import Downloading
from cnnstudio.gui.known_sets_dialog import KnownSetsDialog

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session


class KnownSets(Downloading):
    """Fetches a set and opens it."""

    def __init__(self, window: QWidget, session: "Session") -> None:
        self.dialog = KnownSetsDialog(window)
        self.dialog.set_sets(tuple(KNOWN.values()), {key for key, known in KNOWN.items() if known.is_installed()})
        super().__init__(self.dialog, session)
        self.dialog.wanted.connect(self._fetch)

    def use(self, result: KnownSource) -> None:
        """Open the set."""
        self._session.open_source(result)

    def _fetch(self, source: KnownSource) -> None:
        self.start(KNOWN[source.name].title, partial(_install, source))


def _install(source: KnownSource, ctx: JobContext) -> KnownSource:
    KNOWN[source.name].install(ctx, source.place)
    return source
