"""How a layer's weights spread over time: one column a look, dark where many weights lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from cnnstudio.gui.theme import theme

LEVELS, MOST_COLUMNS = 96, 800
LEFT_PX, BOTTOM_PX = 48, 20


@dataclass(frozen=True)
class WeightLook:
    """A layer's weights at one step: the smallest, the largest, and how many lie in each bin between."""

    step: int
    low: float
    high: float
    counts: Sequence[int]


class WeightHistory(QWidget):
    """A picture of histograms, oldest left; the mouse tells step and value."""

    def __init__(self) -> None:
        super().__init__()
        self._looks: list[WeightLook] = []
        self._image: QImage | None = None
        self._range = (0.0, 1.0)
        self.setMouseTracking(True)
        self.setMinimumHeight(90)
        self.setAccessibleName("Weights of the chosen layer over time")
        self.setToolTip("How the weights of the chosen layer are spread, from the first look (left) to the last.")
        theme.changed.connect(self._redraw)

    def set_looks(self, looks: Sequence[WeightLook]) -> None:
        """Show these, oldest first; of very many an even choice."""
        places = np.linspace(0, len(looks) - 1, min(len(looks), MOST_COLUMNS)).round().astype(int)
        self._looks = [looks[place] for place in places.tolist()]
        self._redraw()

    def sizeHint(self) -> QSize:
        return QSize(240, 150)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(theme.tokens.size.label)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        if self._image is None:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Begins with the first look at the layers.")
            return
        room = self._room()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(room, self._image)
        self._paint_axes(painter, room)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if text := self.text_at(event.position()):
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    def text_at(self, place: QPointF) -> str:
        """Step and value at a place, and the share of the weights in that bin; empty beside the picture."""
        room = self._room()
        if not self._looks or not room.contains(place):
            return ""
        look = self._looks[min(len(self._looks) - 1, int((place.x() - room.x()) / room.width() * len(self._looks)))]
        low, high = self._range
        value = high - (place.y() - room.y()) / room.height() * (high - low)
        share = 0.0
        if look.low <= value <= look.high and look.high > look.low:
            bin_ = min(len(look.counts) - 1, int((value - look.low) / (look.high - look.low) * len(look.counts)))
            share = look.counts[bin_] / max(1, sum(look.counts))
        return f"Step {look.step:,}: {100 * share:.1f} % of the weights near {value:.3g}"

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT_PX, 4, -4, -BOTTOM_PX)

    def _paint_axes(self, painter: QPainter, room: QRectF) -> None:
        low, high = self._range
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        marks = [low, high] + ([0.0] if low < 0 < high and min(high, -low) > 0.15 * (high - low) else [])
        for value in marks:
            y = room.bottom() - (value - low) / (high - low) * room.height()
            painter.drawText(QRectF(0, y - 8, LEFT_PX - 6, 16), right, f"{value:.2g}")
        below = QRectF(room.x(), room.bottom() + 2, room.width(), BOTTOM_PX - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"step {self._looks[0].step:,}")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._looks[-1].step:,}")

    def _redraw(self) -> None:
        self._image = None
        if self._looks:
            low, high = min(look.low for look in self._looks), max(look.high for look in self._looks)
            self._range = (low, high if high > low else low + 1e-6)
            self._image = _picture(density(self._looks, *self._range))
        self.update()


def density(looks: Sequence[WeightLook], low: float, high: float) -> NDArray[np.float64]:
    """Share of the weights at each of LEVELS values from `high` (first row) to `low`, one column a look, 0 to 1."""
    values = np.linspace(high, low, LEVELS)
    columns = []
    for look in looks:
        counts = np.asarray(look.counts, np.float64)
        span = max(look.high - look.low, 1e-12)
        bins = np.floor((values - look.low) / span * len(counts)).astype(int)
        inside = (values >= look.low) & (values <= look.high)
        column = np.where(inside, counts[np.clip(bins, 0, len(counts) - 1)], 0.0) / span
        columns.append(column / max(column.max(), 1e-12))
    return np.stack(columns, axis=1)


def _picture(shares: NDArray[np.float64]) -> QImage:
    """The accent colour over the card's ground, the stronger the more weights; roots show the thin tails too."""
    ground, ink = (theme.color(role).getRgb() for role in ("sunken", "accent"))
    strength = np.sqrt(shares)[:, :, None]
    under, over = np.array(ground[:3], np.float64), np.array(ink[:3], np.float64)  # type: ignore[index]
    pixels = np.ascontiguousarray((under + strength * (over - under)).round().astype(np.uint8))
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
