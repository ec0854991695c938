"""Pictures as the training gets them, each with what was drawn for it."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QImage, QPainter, QResizeEvent

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage
from cnnstudio.gui.widgets.tile_sheet import TileSheet
from cnnstudio.gui.widgets.wrapping import wrapped

GAP_PX, LINE_PX, CAPTION_GAP_PX = 10, 15, 4
# Narrower ones would break each phrase; where the room is too low for these, the sheet scrolls.
SMALLEST_PX, LARGEST_PX = 84, 200
UNTOUCHED = "as it is"
# What is shown while the next ones are drawn is still there to be seen, but plainly no longer what holds.
STALE_OPACITY = 0.35


class SampleSheet(TileSheet):
    """Tiles that share the whole width: a picture as large as the room allows, its class, and all that was drawn."""

    def __init__(self, name: str) -> None:
        super().__init__(name, gap_px=GAP_PX)
        self._images: list[QImage] = []
        self._classes: tuple[str, ...] = ()
        self._words: tuple[tuple[str, ...], ...] = ()
        self._lines: tuple[tuple[str, ...], ...] = ()
        self._columns_wanted, self._side = 1, SMALLEST_PX
        self._waiting = Label("", "popup")
        self._waiting.setParent(self)
        self._waiting.setContentsMargins(16, 10, 16, 10)
        self._waiting.hide()
        self.setMinimumSize(240, 200)

    def set_samples(self, pictures: Pixels, classes: Sequence[str], words: Sequence[tuple[str, ...]]) -> None:
        """Show pictures (N, H, W, 3), the class of each, and what was drawn for each."""
        self._images = [to_qimage(np.ascontiguousarray(picture)) for picture in pictures]
        self._classes, self._words = tuple(classes), tuple(words)
        self.set_waiting("")
        self.set_count(len(self._images))

    def set_waiting(self, text: str) -> None:
        """Say what is waited for, over the pictures of before, dimmed; an empty text ends it."""
        self._waiting.set_text(text)
        self._waiting.setVisible(bool(text))
        self._place_waiting()
        self.canvas().update()

    def waiting(self) -> str:
        """What is waited for."""
        return self._waiting.text()

    def caption(self, index: int) -> str:
        """What stands below a picture, in full."""
        return ", ".join(self._words[index]) or UNTOUCHED

    def lines(self, index: int) -> tuple[str, ...]:
        """What stands below a picture, line by line, as it is set now."""
        return self._lines[index]

    def side(self) -> int:
        """Width and height of a picture; its caption may be wider."""
        return self._side

    def tile_size(self, room: QSize) -> QSize:
        """As many columns as show the largest pictures without scrolling; else as leave least to be scrolled."""
        most = max(1, (room.width() + GAP_PX) // (SMALLEST_PX + GAP_PX))
        choices = range(1, max(1, min(most, self.count())) + 1)
        sides = {columns: self._fitting_side(room, columns) for columns in choices}
        columns = max(choices, key=sides.__getitem__)
        width_px = _cell(room, columns)
        if sides[columns] < SMALLEST_PX:
            columns = min(choices, key=lambda wanted: self._height(room, wanted))
            width_px = _cell(room, columns)
            sides[columns] = min(width_px, LARGEST_PX)
        self._columns_wanted, self._side = columns, sides[columns]
        self._lines = self._set_lines(width_px)
        return QSize(width_px, self._side + self._caption_height(width_px))

    def column_count(self, room: QSize, tile: QSize) -> int:
        return self._columns_wanted

    def describe(self, index: int) -> str:
        return f"{self._classes[index]}\n{self.caption(index)}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_waiting()

    def paint(self, painter: QPainter, dirty: QRect) -> None:
        painter.setOpacity(STALE_OPACITY if self._waiting.text() else 1.0)
        super().paint(painter, dirty)

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        image, side = self._images[index], float(self._side)
        place = QRectF(rect.left(), rect.top(), side, side)
        is_shrunk = side * self.devicePixelRatioF() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        painter.drawImage(place, image)
        painter.setFont(sample_font())
        painter.setPen(theme.color("text"))
        title = painter.fontMetrics().elidedText(self._classes[index], Qt.TextElideMode.ElideRight, int(rect.width()))
        for number, line in enumerate((title, *self._lines[index])):
            top = place.bottom() + CAPTION_GAP_PX - 1 + number * LINE_PX
            painter.drawText(QRectF(rect.left(), top, rect.width(), LINE_PX), Qt.AlignmentFlag.AlignLeft, line)
            painter.setPen(theme.color("muted"))

    def _rows(self, columns: int) -> int:
        return -(-max(self.count(), 1) // columns)

    def _fitting_side(self, room: QSize, columns: int) -> int:
        """The largest picture of which all fit, in so many columns."""
        width_px = _cell(room, columns)
        height_px = (room.height() + GAP_PX) // self._rows(columns) - GAP_PX
        return min(width_px, LARGEST_PX, height_px - self._caption_height(width_px))

    def _height(self, room: QSize, columns: int) -> int:
        """What all tiles take together where the pictures are as wide as their columns."""
        width_px = _cell(room, columns)
        return self._rows(columns) * (min(width_px, LARGEST_PX) + self._caption_height(width_px) + GAP_PX) - GAP_PX

    def _caption_height(self, width_px: int) -> int:
        most = max((len(lines) for lines in self._set_lines(width_px)), default=1)
        return (most + 1) * LINE_PX + CAPTION_GAP_PX

    def _set_lines(self, width_px: int) -> tuple[tuple[str, ...], ...]:
        return tuple(_set(words or (UNTOUCHED,), width_px) for words in self._words)

    def _place_waiting(self) -> None:
        if self._waiting.text():
            self._waiting.adjustSize()
            place = self._waiting.rect()
            place.moveCenter(self.viewport().geometry().center())
            self._waiting.setGeometry(place)


def _cell(room: QSize, columns: int) -> int:
    """The width of a column where so many share the room."""
    return (room.width() + GAP_PX) // columns - GAP_PX


@lru_cache(maxsize=20_000)
def _set(words: tuple[str, ...], width_px: int) -> tuple[str, ...]:
    """The lines of a caption; asked for each size that is tried, for each step of a window that is drawn larger."""
    return tuple(line for phrase in words for line in wrapped(phrase, width_px, _width))


@lru_cache(maxsize=20_000)
def _width(text: str) -> float:
    return QFontMetricsF(sample_font()).horizontalAdvance(text)


def sample_font() -> QFont:
    """The font of the captions."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(theme.tokens.size.label)
    return font
