"""The best guesses side by side: for each, what in the picture speaks for it, and how probable it is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from cnnstudio.explain.base import Attribution
from cnnstudio.explain.overlay import heat_overlay
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.bars import paint_bar, percent
from cnnstudio.gui.widgets.heat_picture import enlarged
from cnnstudio.gui.widgets.pixels import to_qimage
from cnnstudio.gui.widgets.tile_sheet import TileSheet

PICTURE_PX = 84
LINE_PX = 18
GAP_PX = 12
WIDEST_PX = 150


class BestHeats(TileSheet):
    """One tile a guess, best first; `chosen` brings its place."""

    def __init__(self) -> None:
        super().__init__("What speaks for each of the best guesses", gap_px=GAP_PX, is_strip=True)
        self._cams: tuple[Attribution, ...] = ()
        self._p: tuple[float, ...] = ()
        self._images: list[QImage] = []
        self._ground: NDArray[np.uint8] | None = None
        self._look = (0.75, "inferno")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(PICTURE_PX + 2 * LINE_PX + 8)

    def set_guesses(
        self, pixels: NDArray[np.uint8], cams: Sequence[Attribution], probabilities: Sequence[float]
    ) -> None:
        """Show these maps over the picture (H, W, C), each with its class's probability."""
        self._ground, self._cams, self._p = pixels, tuple(cams), tuple(probabilities)
        self._mix()
        self.set_count(len(self._cams))

    def set_heat_look(self, opacity: float, colours: str) -> None:
        """Opacity (0 to 1) and colour table of the heat."""
        self._look = (opacity, colours)
        self._mix()
        self.canvas().update()

    def class_at(self, tile: int) -> int:
        """The class of a tile."""
        return self._cams[tile].class_index

    def tile_size(self, room: QSize) -> QSize:
        count = max(len(self._cams), 1)
        width = (room.width() + GAP_PX) // count - GAP_PX
        return QSize(min(max(width, PICTURE_PX), WIDEST_PX), PICTURE_PX + 2 * LINE_PX)

    def describe(self, index: int) -> str:
        return f"{self._cams[index].class_name}: {percent(self._p[index])}. A click shows this class in large."

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        place = QRectF(0, 0, PICTURE_PX, PICTURE_PX)
        place.moveCenter(QRectF(rect.x(), rect.y(), rect.width(), PICTURE_PX).center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place.adjusted(2, 2, -2, -2), self._images[index])
        line = QRectF(rect.left() + 6, place.bottom(), rect.width() - 12, LINE_PX)
        share = percent(self._p[index])
        room = painter.fontMetrics().horizontalAdvance(share) + 8
        name = painter.fontMetrics().elidedText(
            self._cams[index].class_name, Qt.TextElideMode.ElideMiddle, int(line.width() - room)
        )
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("text"))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(theme.color("muted"))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, share)
        paint_bar(painter, QRectF(line.left(), line.bottom() + 4, line.width(), 5), self._p[index], "accent")

    def _mix(self) -> None:
        if self._ground is None:
            return
        ground, (opacity, colours) = enlarged(self._ground, PICTURE_PX), self._look
        self._images = [to_qimage(heat_overlay(ground, cam.map, opacity, colours)) for cam in self._cams]
