"""The dialog of well-known data sets: which there are, how large, under which licence, from where."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress
from cnnstudio.data.known import KnownSet
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.progress_line import ProgressLine
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.times import bytes_text

SIZE = (820, 620)
COLUMNS = (
    Column("Set", "What its authors call it."),
    Column("Download", "Bytes to download.", True, bytes_text),
    Column("What it is", "How many pictures, of what, and how large."),
    Column("", "Whether it lies on this machine already, or a part of it."),
)


class KnownSetsDialog(QDialog):
    """Signals: `wanted` brings the key of the set to open (and to fetch first, if need be); `stopped` ends the work."""

    wanted = Signal(str)
    stopped = Signal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Well-known sets")
        self.setAccessibleName("Well-known sets")
        self.resize(*SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._sets: tuple[type[KnownSet], ...] = ()
        self._here: frozenset[str] = frozenset()
        self._is_busy = False
        self.table = Table(COLUMNS, "Well-known sets", "Enter or a double click takes the set.")
        self.table.setWordWrap(True)
        self.details = Label("", "small", wrap=True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem = Label("", "problem", wrap=True)
        self.progress = ProgressLine("Stop the download; what has come so far is kept for the next time.")
        self.get_button = Button("Download", "Fetch the set, check it, and open it.", role="main")
        self.close_button = Button("Close", "Close (Esc); a download is stopped, and goes on where it was next time.")
        self._lay_out()
        self.table.chosen.connect(self._show_chosen)
        self.table.activated_row.connect(self._on_get)
        self.get_button.clicked.connect(self._on_get)
        self.close_button.clicked.connect(self.reject)
        self.progress.cancelled.connect(self.stopped)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.page] * 4)
        box.setSpacing(theme.tokens.size.gap)
        text = "From the addresses of their authors or of torchvision, verified by checksums, on your click only."
        box.addWidget(Label("Well-known sets", "page-title"))
        box.addWidget(Label(text, "muted", wrap=True))
        box.addWidget(self.table, 1)
        for widget in (self.details, self.problem, self.progress):
            box.addWidget(widget)
        self.problem.hide()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.get_button)
        box.addLayout(buttons)

    def set_sets(self, sets: Sequence[type[KnownSet]], here: Collection[str]) -> None:
        """Offer these; `here` are the keys of those that need no download."""
        self._sets, self._here = tuple(sets), frozenset(here)
        self.table.set_rows([self._cells(known) for known in sets])
        self.table.choose(0)
        self._show_chosen(0)

    def chosen(self) -> type[KnownSet] | None:
        """The chosen one."""
        row = self.table.current()
        return self._sets[row] if 0 <= row < len(self._sets) else None

    def show_progress(self, progress: Progress) -> None:
        """A download is under way."""
        self._set_busy(True)
        self.progress.set_progress(progress)

    def show_stopped(self, error: StudioError | None = None) -> None:
        """It ended without a set: stopped, or for a reason that is said."""
        self._set_busy(False)
        self.problem.set_text(str(error) if error is not None else "")
        self.problem.setVisible(error is not None)
        self.table.set_rows([self._cells(known) for known in self._sets])
        self._show_chosen(self.table.current())

    def _set_busy(self, is_busy: bool) -> None:
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self.progress.setVisible(is_busy)
            self.table.setEnabled(not is_busy)
            self.get_button.set_enabled(not is_busy, "A download is under way.")
            self.problem.hide()

    def _cells(self, known: type[KnownSet]) -> tuple[object, ...]:
        part = known.partial_bytes()
        state = "here" if known.key in self._here else f"{bytes_text(part)} so far" if part else ""
        return (known.title, known.download_bytes(), known.about, state)

    def _show_chosen(self, row: int) -> None:
        known = self.chosen()
        if known is None:
            return
        hosts = sorted({file.url.split("/")[2] for file in known.remote})
        self.details.set_text(
            f"Licence: {known.licence}.\nPage: {known.home}\nDownloads from {', '.join(hosts)} to {known.folder()}"
        )
        is_here, verb = known.key in self._here, "Go on with" if known.partial_bytes() else "Download"
        self.get_button.setText("Use this set" if is_here else f"{verb} {bytes_text(known.download_bytes())}")

    def _on_get(self) -> None:
        known = self.chosen()
        if known is not None and not self._is_busy:
            self.wanted.emit(known.key)
