"""What a gallery shows: pictures by number, made when they are first seen, kept up to a number of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from cnnstudio.gui.widgets.labels import plain
from cnnstudio.gui.widgets.pixels import Pixels, to_pixmap

CACHE_BYTES = 64_000_000
BYTES_PER_PIXEL = 4
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Badge:
    """A short word on a picture's corner, in the colour of a role; the picture of a faded one is pale."""

    text: str
    role: str = "accent"
    is_faded: bool = False


@dataclass(frozen=True)
class GalleryItems:
    """The pictures to show: `numbers[row]` is given to the functions.

    Args:
        numbers: One a picture, such as positions in a dataset.
        picture: Number to uint8 (H, W), (H, W, 1) or (H, W, 3); None while it is not there yet.
        caption: Number to the line below the picture.
        badge: Number to the badge on it, or None.
        tooltip: Number to the tooltip; the caption if left out.
    """

    numbers: Sequence[int]
    picture: Callable[[int], Pixels | None]
    caption: Callable[[int], str]
    badge: Callable[[int], Badge | None] | None = None
    tooltip: Callable[[int], str] | None = None


class PixmapCache:
    """The pixmaps used last, up to a number of bytes."""

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[int, QPixmap] = OrderedDict()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, number: int, make: Callable[[int], Pixels | None]) -> QPixmap:
        """The pixmap of a number, made if it isn't kept; a null one, not kept, while its pixels aren't there."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        pixels = make(number)
        if pixels is None:
            return QPixmap()
        pixmap = to_pixmap(pixels)
        self._kept[number] = pixmap
        self.size_bytes += _bytes(pixmap)
        while self.size_bytes > self._limit_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self.size_bytes -= _bytes(oldest)
        return pixmap

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self.size_bytes = 0


class GalleryModel(QAbstractListModel):
    """Rows of a gallery."""

    def __init__(self) -> None:
        super().__init__()
        self._items = GalleryItems((), _nothing, str)
        self._rows: dict[int, int] | None = None
        self.cache = PixmapCache()

    def set_items(self, items: GalleryItems, *, keep_pixmaps: bool = False) -> None:
        """Show other pictures; `keep_pixmaps` if the same numbers still mean the same pictures."""
        if keep_pixmaps and items.numbers == self._items.numbers:
            # The same pictures: what is chosen and where the view stands remain.
            self._items = items
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))
            return
        self.beginResetModel()
        self._items = items
        self._rows = None
        if not keep_pixmaps:
            self.cache.clear()
        self.endResetModel()

    def number(self, row: int) -> int:
        """The number behind a row."""
        return int(self._items.numbers[row])

    def row_of(self, number: int) -> int:
        """The row that shows a number, or -1."""
        if self._rows is None:
            self._rows = {other: row for row, other in enumerate(self._items.numbers)}
        return self._rows.get(number, -1)

    def pixmap(self, row: int) -> QPixmap:
        """The picture of a row."""
        return self.cache.get(self.number(row), self._items.picture)

    def caption(self, row: int) -> str:
        """The line below the picture of a row."""
        return self._items.caption(self.number(row))

    def badge(self, row: int) -> Badge | None:
        """The badge of a row."""
        return None if self._items.badge is None else self._items.badge(self.number(row))

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._items.numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        number = self.number(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._items.caption(number)
        if role == Qt.ItemDataRole.ToolTipRole:
            # A file's name may look like a tag.
            return plain((self._items.tooltip or self._items.caption)(number))
        return None


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * BYTES_PER_PIXEL


def _nothing(number: int) -> Pixels:
    raise IndexError(f"An empty gallery has no picture {number}.")
