"""Pictures as the training gets them, each with what was drawn for it."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage
from cnnstudio.gui.widgets.tile_sheet import TileSheet

GAP_PX, LINE_PX, LINES = 10, 15, 3
SMALLEST_PX, LARGEST_PX = 72, 200
UNTOUCHED = "as it is"


class SampleSheet(TileSheet):
    """Tiles as large as the room allows: the picture, its class, and below what was drawn."""

    def __init__(self, name: str) -> None:
        super().__init__(name, gap_px=GAP_PX)
        self._images: list[QImage] = []
        self._classes: tuple[str, ...] = ()
        self._words: tuple[tuple[str, ...], ...] = ()
        self.setMinimumSize(240, 200)

    def set_samples(self, pictures: Pixels, classes: Sequence[str], words: Sequence[tuple[str, ...]]) -> None:
        """Show pictures (N, H, W, 3), the class of each, and what was drawn for each."""
        self._images = [to_qimage(np.ascontiguousarray(picture)) for picture in pictures]
        self._classes, self._words = tuple(classes), tuple(words)
        self.set_count(len(self._images))

    def caption(self, index: int) -> str:
        """What stands below a picture, in full."""
        return ", ".join(self._words[index]) or UNTOUCHED

    def tile_size(self, room: QSize) -> QSize:
        side = LARGEST_PX
        while side > SMALLEST_PX and not self._fits(room, side):
            side -= 4
        return QSize(side, side + (LINES + 1) * LINE_PX + 4)

    def describe(self, index: int) -> str:
        return f"{self._classes[index]}\n{self.caption(index)}"

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        image, side = self._images[index], rect.width()
        place = QRectF(rect.left(), rect.top(), side, side)
        is_shrunk = side * self.devicePixelRatioF() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        painter.drawImage(place, image)
        font = painter.font()
        font.setPixelSize(theme.tokens.size.label)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        top = place.bottom() + 3
        painter.setPen(theme.color("text"))
        title = metrics.elidedText(self._classes[index], Qt.TextElideMode.ElideRight, int(side))
        painter.drawText(QRectF(rect.left(), top, side, LINE_PX), Qt.AlignmentFlag.AlignLeft, title)
        painter.setPen(theme.color("muted"))
        words = list(self._words[index]) or [UNTOUCHED]
        if len(words) > LINES:
            words = [*words[: LINES - 1], ", ".join(words[LINES - 1 :])]
        for line, text in enumerate(words, 1):
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(side))
            at = QRectF(rect.left(), top + line * LINE_PX, side, LINE_PX)
            painter.drawText(at, Qt.AlignmentFlag.AlignLeft, shown)

    def _fits(self, room: QSize, side: int) -> bool:
        columns = max(1, (room.width() + GAP_PX) // (side + GAP_PX))
        rows = -(-max(self.count(), 1) // columns)
        return rows * (side + (LINES + 1) * LINE_PX + 4 + GAP_PX) - GAP_PX <= room.height()
