"""The dialog of published weights: which there are, how large, from where; a download begins on a click only."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cnnstudio.gui.download_dialog import DownloadDialog
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


class PretrainedDialog(DownloadDialog):
    """Signals: `wanted` brings the Published to fetch (or to use, if it is here); `stopped` ends the download."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None) -> None:
        self._items: tuple[Published, ...] = ()
        self._here: frozenset[str] = frozenset()
        text = "torchvision's, trained on 1.3 million photographs of 1,000 classes. Only your click fetches them."
        table = Table(COLUMNS, "Published weights", "Enter or a double click takes the weights.")
        tooltip = "Fetch the file, check it, and show what it would fill."
        super().__init__(parent, "Pretrained weights", text, table, tooltip, SIZE)

    def set_items(self, items: Sequence[Published], here: Collection[str], architecture: str) -> None:
        """Offer these, and choose the first for an architecture; `here` names files that need no download."""
        self._items, self._here = tuple(items), frozenset(here)
        self.table.set_rows(self.rows())
        first = next((i for i, item in enumerate(items) if item.architecture == architecture), 0)
        self.table.choose(first)
        self.show_row(first)

    def chosen(self) -> Published | None:
        """The chosen one."""
        row = self.table.current()
        return self._items[row] if 0 <= row < len(self._items) else None

    def rows(self) -> Sequence[Sequence[object]]:
        """Network, what it learnt from, how good it is, size, and whether it is here."""
        return [self._cells(item) for item in self._items]

    def show_row(self, row: int) -> None:
        """Address and hash of the chosen file."""
        item = self.chosen()
        if item is None:
            return
        digits = item.digest.partition(":")[2]
        self.details.set_text(f"{item.url}\nIts SHA-256 must begin with {digits}, as torchvision publishes it.")
        is_here = item.file in self._here
        self.get_button.setText("Use these weights" if is_here else f"Download {bytes_text(item.size_bytes)}")

    def get(self) -> None:
        """Ask for the chosen weights."""
        item = self.chosen()
        if item is not None and not self.is_busy:
            self.wanted.emit(item)

    def _cells(self, item: Published) -> tuple[object, ...]:
        here = "here" if item.file in self._here else ""
        return (architectures[item.architecture].title, item.trained, item.top1, item.size_bytes, here)
