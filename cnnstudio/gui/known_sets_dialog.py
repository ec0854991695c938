"""The dialog of well-known data sets: which there are, how large, under which licence, from where."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cnnstudio.data.known import KnownSet
from cnnstudio.data.sources.known import KnownSource
from cnnstudio.gui.download_dialog import DownloadDialog
from cnnstudio.gui.pages.data_sources import known_form
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.times import bytes_text

SIZE = (860, 680)
COLUMNS = (
    Column("Set", "What its authors call it."),
    Column("Download", "Bytes to download.", True, bytes_text),
    Column("What it is", "How many pictures, of what, and how large."),
    Column("", "Whether it lies on this machine already, or a part of it."),
)
ABOUT = 2


class KnownSetsDialog(DownloadDialog):
    """Signals: `wanted` brings the KnownSource to open (and to fetch first, if need be); `stopped` ends the work."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None) -> None:
        self._sets: tuple[type[KnownSet], ...] = ()
        self._here: frozenset[str] = frozenset()
        self._sources: dict[str, KnownSource] = {}
        self._forms: dict[str, Form] = {}
        text = "From the addresses of their authors or of torchvision, verified by checksums, on your click only."
        table = Table(COLUMNS, "Well-known sets", "Enter or a double click takes the set.")
        table.stretch_column(ABOUT)
        super().__init__(parent, "Well-known sets", text, table, "Fetch the set, check it, and open it.", SIZE)

    def set_sets(self, sets: Sequence[type[KnownSet]], here: Collection[str]) -> None:
        """Offer these; `here` are the keys of those that need no download."""
        self._sets, self._here = tuple(sets), frozenset(here)
        self.table.set_rows(self.rows())
        self.table.choose(0)
        self.show_row(0)

    def chosen(self) -> type[KnownSet] | None:
        """The chosen one."""
        row = self.table.current()
        return self._sets[row] if 0 <= row < len(self._sets) else None

    def rows(self) -> Sequence[Sequence[object]]:
        """Title, size, what it is, and how much of it is here."""
        return [self._cells(known) for known in self._sets]

    def show_row(self, row: int) -> None:
        """Licence, page and addresses of the chosen set."""
        known = self.chosen()
        if known is None:
            return
        self._show_form(known)
        folder = self._sources[known.key].place
        place = folder or known.folder()
        hosts = sorted({file.url.split("/")[2] for file in known.remote})
        self.details.set_text(
            f"Licence: {known.licence}.\nPage: {known.home}\nDownloads from {', '.join(hosts)} to {place}"
        )
        is_here = known.key in self._here if folder is None else known.is_installed(folder)
        verb = "Go on with" if known.partial_bytes() and folder is None else "Download"
        self.get_button.setText("Use this set" if is_here else f"{verb} {bytes_text(known.download_bytes())}")

    def get(self) -> None:
        """Ask for the chosen set."""
        known = self.chosen()
        if known is not None and not self.is_busy:
            self.wanted.emit(self._sources[known.key])

    def _show_form(self, known: type[KnownSet]) -> None:
        """The settings of a set; they hold for the download, and can be changed on the page Data later on."""
        source, fields = known_form(self._sources.setdefault(known.key, KnownSource(name=known.key)))
        if known.key not in self._forms:
            form = self._forms[known.key] = Form(*fields)
            form.changed.connect(self._on_source)
            self.add_settings(form)
        self.form = self._forms[known.key]
        self.form.set_spec(source)
        for form in self._forms.values():
            form.setVisible(form is self.form)

    def _on_source(self, source: KnownSource) -> None:
        self._sources[source.name] = source
        self.show_row(self.table.current())

    def _cells(self, known: type[KnownSet]) -> tuple[object, ...]:
        part = known.partial_bytes()
        state = "here" if known.key in self._here else f"{bytes_text(part)} so far" if part else ""
        return (known.title, known.download_bytes(), known.about, state)
