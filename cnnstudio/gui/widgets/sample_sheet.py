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
SMALLEST_PX, LARGEST_PX, STEP_PX = 84, 200, 4
UNTOUCHED = "as it is"
# What is shown while the next ones are drawn is still there to be seen, but plainly no longer what holds.
STALE_OPACITY = 0.35


class SampleSheet(TileSheet):
    """Tiles as large as the room allows: the picture, its class, and below what was drawn, all of it."""

    def __init__(self, name: str) -> None:
        super().__init__(name, gap_px=GAP_PX)
        self._images: list[QImage] = []
        self._classes: tuple[str, ...] = ()
        self._words: tuple[tuple[str, ...], ...] = ()
        self._lines: tuple[tuple[str, ...], ...] = ()
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

    def tile_size(self, room: QSize) -> QSize:
        """The largest tile of which all fit; where none does, the one that leaves least to be scrolled."""
        sides = range(LARGEST_PX, SMALLEST_PX - 1, -STEP_PX)
        heights = {side: self._height(room, side) for side in sides}
        side = next((side for side in sides if heights[side] <= room.height()), min(sides, key=heights.__getitem__))
        self._lines = self._set_lines(side)
        return QSize(side, self._tile_height(side))

    def describe(self, index: int) -> str:
        return f"{self._classes[index]}\n{self.caption(index)}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_waiting()

    def paint(self, painter: QPainter, dirty: QRect) -> None:
        painter.setOpacity(STALE_OPACITY if self._waiting.text() else 1.0)
        super().paint(painter, dirty)

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        image, side = self._images[index], rect.width()
        place = QRectF(rect.left(), rect.top(), side, side)
        is_shrunk = side * self.devicePixelRatioF() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        painter.drawImage(place, image)
        painter.setFont(sample_font())
        painter.setPen(theme.color("text"))
        title = painter.fontMetrics().elidedText(self._classes[index], Qt.TextElideMode.ElideRight, int(side))
        for number, line in enumerate((title, *self._lines[index])):
            top = place.bottom() + CAPTION_GAP_PX - 1 + number * LINE_PX
            painter.drawText(QRectF(rect.left(), top, side, LINE_PX), Qt.AlignmentFlag.AlignLeft, line)
            painter.setPen(theme.color("muted"))

    def _height(self, room: QSize, side: int) -> int:
        """What all tiles of a size take together."""
        columns = max(1, (room.width() + GAP_PX) // (side + GAP_PX))
        rows = -(-max(self.count(), 1) // columns)
        return rows * (self._tile_height(side) + GAP_PX) - GAP_PX

    def _tile_height(self, side: int) -> int:
        most = max((len(lines) for lines in self._set_lines(side)), default=1)
        return side + (most + 1) * LINE_PX + CAPTION_GAP_PX

    def _set_lines(self, side: int) -> tuple[tuple[str, ...], ...]:
        return tuple(_set(words or (UNTOUCHED,), side) for words in self._words)

    def _place_waiting(self) -> None:
        if self._waiting.text():
            self._waiting.adjustSize()
            place = self._waiting.rect()
            place.moveCenter(self.viewport().geometry().center())
            self._waiting.setGeometry(place)


@lru_cache(maxsize=20_000)
def _set(words: tuple[str, ...], side: int) -> tuple[str, ...]:
    """The lines of a caption; asked for each size that is tried, for each step of a window that is drawn larger."""
    return tuple(line for phrase in words for line in wrapped(phrase, side, _width))


@lru_cache(maxsize=20_000)
def _width(text: str) -> float:
    return QFontMetricsF(sample_font()).horizontalAdvance(text)


def sample_font() -> QFont:
    """The font of the captions."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(theme.tokens.size.label)
    return font
