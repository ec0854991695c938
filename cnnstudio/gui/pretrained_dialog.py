"""The dialog of published weights: which there are, how large, from where; a download begins on a click only."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.progress_line import ProgressLine
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.network.architectures import architectures
from cnnstudio.network.weights.published import Published

SIZE = (760, 520)
COLUMNS = (
    Column("Network", "The architecture that the weights are for."),
    Column("Trained on", "What it learnt from; the second recipe is torchvision's longer, newer one."),
    Column("Top-1", "Share of ImageNet's validation images that it recognises, as published.", True, "{:.1f} %".format),
    Column("Size", "Bytes to download.", True, bytes_text),
    Column("", "Whether the file lies here already."),
)


class PretrainedDialog(QDialog):
    """Signals: `wanted` brings the Published to fetch (or to use, if it is here); `stopped` ends the download."""

    wanted = Signal(object)
    stopped = Signal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pretrained weights")
        self.setAccessibleName("Pretrained weights")
        self.resize(*SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._items: tuple[Published, ...] = ()
        self._here: frozenset[str] = frozenset()
        self._is_busy = False
        self.table = Table(COLUMNS, "Published weights", "Enter or a double click takes the weights.")
        self._address = Label("", "small", wrap=True)
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem = Label("", "problem", wrap=True)
        self.progress = ProgressLine("Stop the download; what has come so far is kept for the next time.")
        self.get_button = Button("Download", "Fetch the file, check it, and show what it would fill.", role="main")
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
        text = "torchvision's, trained on 1.3 million photographs of 1,000 classes. Only your click fetches them."
        box.addWidget(Label("Pretrained weights", "page-title"))
        box.addWidget(Label(text, "muted", wrap=True))
        box.addWidget(self.table, 1)
        for widget in (self._address, self.problem, self.progress):
            box.addWidget(widget)
        self.problem.hide()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.get_button)
        box.addLayout(buttons)

    def set_items(self, items: Sequence[Published], here: Collection[str], architecture: str) -> None:
        """Offer these, and choose the first for an architecture; `here` names files that need no download."""
        self._items, self._here = tuple(items), frozenset(here)
        self.table.set_rows([self._cells(item) for item in items])
        first = next((i for i, item in enumerate(items) if item.architecture == architecture), 0)
        self.table.choose(first)
        self._show_chosen(first)

    def chosen(self) -> Published | None:
        """The chosen one."""
        row = self.table.current()
        return self._items[row] if 0 <= row < len(self._items) else None

    def show_progress(self, progress: Progress) -> None:
        """A download is under way."""
        self._set_busy(True)
        self.progress.set_progress(progress)

    def show_stopped(self, error: StudioError | None = None) -> None:
        """It ended without a file: stopped, or for a reason that is said."""
        self._set_busy(False)
        self.problem.set_text(str(error) if error is not None else "")
        self.problem.setVisible(error is not None)

    def _set_busy(self, is_busy: bool) -> None:
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self.progress.setVisible(is_busy)
            self.table.setEnabled(not is_busy)
            self.get_button.set_enabled(not is_busy, "A download is under way.")
            self.problem.hide()

    def _cells(self, item: Published) -> tuple[object, ...]:
        here = "here" if item.file in self._here else ""
        return (architectures[item.architecture].title, item.trained, item.top1, item.size_bytes, here)

    def _show_chosen(self, row: int) -> None:
        item = self.chosen()
        if item is None:
            return
        digits = item.digest.partition(":")[2]
        self._address.set_text(f"{item.url}\nIts SHA-256 must begin with {digits}, as torchvision publishes it.")
        is_here = item.file in self._here
        self.get_button.setText("Use these weights" if is_here else f"Download {bytes_text(item.size_bytes)}")

    def _on_get(self) -> None:
        item = self.chosen()
        if item is not None and not self._is_busy:
            self.wanted.emit(item)
