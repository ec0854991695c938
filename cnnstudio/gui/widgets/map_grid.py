"""All maps (or kernels) of a layer side by side, as sharp squares as large as the room allows."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage
from cnnstudio.gui.widgets.tile_sheet import TileSheet

GAP_PX = 6
CAPTION_PX = 18
LARGEST_PX = 240
COARSE, SMALLEST_FINE_PX = 32, 44
SMALLEST_PX = 22
# Where the columns mean something they stay together, however small.
SMALLEST_IN_TABLE_PX, TABLE_GAP_PX = 6, 3


class MapGrid(TileSheet):
    """Small pictures of equal size; reports the value's place under the mouse.

    `pointed` gives tile, row and column, all −1 when the mouse is on none.
    """

    pointed = Signal(int, int, int)

    def __init__(self, name: str) -> None:
        super().__init__(name, gap_px=GAP_PX)
        self._images: list[QImage] = []
        self._captions: tuple[str, ...] = ()
        self._cells = (1, 1)
        self._fixed_columns = 0
        self.setMinimumSize(160, 120)
        self.hovered.connect(self._on_hovered)

    def set_tiles(
        self,
        tiles: Pixels,
        captions: Sequence[str] = (),
        columns: int = 0,
        cells: tuple[int, ...] | None = None,
    ) -> None:
        """Show pictures of shape (n, h, w, 3).

        Args:
            tiles: The pictures.
            captions: A line below each.
            columns: How many stand in a row; as many as fit if 0.
            cells: Rows and columns that a picture stands for, if it was thinned out.
        """
        self._images = [to_qimage(np.ascontiguousarray(tile)) for tile in tiles]
        self._captions = tuple(captions)
        height, width = cells or tiles.shape[1:3]
        self._cells = (max(height, 1), max(width, 1))
        self._fixed_columns = columns
        self._gap_px = TABLE_GAP_PX if columns else GAP_PX
        self.set_count(len(self._images))

    def tile_size(self, room: QSize) -> QSize:
        height, width = self._cells
        scale = self._scale(room)
        return QSize(max(round(width * scale), 1), max(round(height * scale), 1) + self._caption_px())

    def column_count(self, room: QSize, tile: QSize) -> int:
        return self._fixed_columns or super().column_count(room, tile)

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        image = self._images[index]
        place = rect.adjusted(0, 0, 0, -self._caption_px())
        is_shrunk = place.width() * self.devicePixelRatioF() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        painter.drawImage(place, image)
        if self._captions:
            painter.setPen(theme.color("muted"))
            room = QRectF(rect.left(), place.bottom(), rect.width(), CAPTION_PX)
            caption = self._captions[index] if index < len(self._captions) else ""
            text = painter.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideMiddle, int(rect.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def describe(self, index: int) -> str:
        return self._captions[index] if index < len(self._captions) else f"Map {index + 1}"

    def _caption_px(self) -> int:
        return CAPTION_PX if self._captions else 0

    def _scale(self, room: QSize) -> float:
        """The largest whole zoom at which all tiles fit; if none does, the smallest that can be seen."""
        side = max(self._cells)
        if side <= COARSE:
            # Whole zooms keep all squares of a coarse map equal; in a fine one a pixel more or less isn't seen.
            seen_px = SMALLEST_IN_TABLE_PX if self._fixed_columns else SMALLEST_PX
            scale, smallest, step = float(LARGEST_PX // side), float(math.ceil(seen_px / side)), 1.0
        else:
            scale, smallest, step = LARGEST_PX / side, SMALLEST_FINE_PX / side, 4 / side
        while scale > smallest and not self._fits(room, scale):
            scale -= step
        return max(scale, smallest)

    def _fits(self, room: QSize, scale: float) -> bool:
        gap = self._gap_px
        width = round(self._cells[1] * scale) + gap
        height = round(self._cells[0] * scale) + gap + self._caption_px()
        columns = self._fixed_columns or (room.width() + gap) // width
        if columns < 1 or columns * width - gap > room.width():
            return False
        return math.ceil(len(self._images) / columns) * height - gap <= room.height()

    def _on_hovered(self, index: int, inner: QPointF) -> None:
        rect = self.tile_rect(max(index, 0))
        height = rect.height() - self._caption_px()
        if index < 0 or not 0 <= inner.y() < height:
            self.pointed.emit(-1, -1, -1)
            return
        row = min(int(inner.y() / height * self._cells[0]), self._cells[0] - 1)
        column = min(int(inner.x() / rect.width() * self._cells[1]), self._cells[1] - 1)
        self.pointed.emit(index, row, max(column, 0))
