"""Classified pictures as tiles: the picture under its heat map, the five best guesses, or why there are none."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from cnnstudio.evaluation.predict import Prediction
from cnnstudio.explain.overlay import heat_overlay
from cnnstudio.gui.icons import paint_icon
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.bars import paint_bar, percent
from cnnstudio.gui.widgets.heat_picture import enlarged
from cnnstudio.gui.widgets.pixels import to_qimage
from cnnstudio.gui.widgets.tile_sheet import TileSheet

PADDING_PX, PICTURE_PX, ROW_PX, BAR_PX = 14, 160, 21, 6
NARROWEST_PX = 396
KEPT_IMAGES = 200


@dataclass(frozen=True, eq=False)
class Result:
    """One picture: what to show of it (H, W, C), the guesses and the heat map; or the problem and its hint."""

    name: str
    shown: NDArray[np.uint8] | None
    prediction: Prediction | None
    heat: NDArray[np.float32] | None
    problem: str = ""
    hint: str = ""

    @property
    def verdict(self) -> tuple[str, str]:
        """The answer in words, and the colour role that it is written in."""
        if self.prediction is None:
            return "Can't be read", "bad"
        best = self.prediction.best
        if self.prediction.is_sure:
            return f"{best.class_name}, {percent(best.p)}", "text"
        return f"Not sure: perhaps {best.class_name}", "warn"


class ResultSheet(TileSheet):
    """Results in the order in which they came."""

    def __init__(self) -> None:
        super().__init__("Classified pictures", gap_px=12)
        self._results: list[Result] = []
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._has_heat, self._opacity, self._colours = True, 0.75, "inferno"

    def results(self) -> Sequence[Result]:
        """What is shown."""
        return self._results

    def add(self, results: Sequence[Result], *, is_first: bool) -> None:
        """Show more results; the first of what was asked together is chosen and brought into view."""
        first = len(self._results)
        self._results += results
        self.set_count(len(self._results))
        if results and is_first:
            self.set_chosen(first)

    def clear(self) -> None:
        """Show nothing."""
        self._results = []
        self._images.clear()
        self.set_count(0)

    def set_heat_look(self, has_heat: bool, opacity: float, colours: str) -> None:
        """Whether the heat map lies over the pictures, how strongly (0 to 1), in which table of colours."""
        self._has_heat, self._opacity, self._colours = has_heat, opacity, colours
        self._images.clear()
        self.canvas().update()

    def tile_size(self, room: QSize) -> QSize:
        columns = max(1, (room.width() + self._gap_px) // (NARROWEST_PX + self._gap_px))
        width = (room.width() + self._gap_px) // columns - self._gap_px
        return QSize(max(width, 240), PICTURE_PX + 2 * PADDING_PX)

    def ring_radius(self) -> float:
        return float(theme.tokens.size.card_radius)

    def describe(self, index: int) -> str:
        result = self._results[index]
        if result.prediction is None:
            return f"{result.name}: {result.problem} {result.hint}".strip()
        guesses = ", ".join(f"{guess.class_name} {percent(guess.p)}" for guess in result.prediction.top)
        return f"{result.name}: {result.verdict[0]}. {guesses}. In {result.prediction.ms:.1f} ms."

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        result = self._results[index]
        radius = theme.tokens.size.card_radius
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        place = QRectF(rect.left() + PADDING_PX, rect.top() + PADDING_PX, PICTURE_PX, PICTURE_PX)
        texts = QRectF(place.right() + PADDING_PX, place.top(), 0, PICTURE_PX)
        texts.setRight(rect.right() - PADDING_PX)
        if result.shown is None:
            self._paint_missing(painter, place)
        else:
            self._paint_picture(painter, index, place)
        self._paint_head(painter, result, texts)
        below = texts.adjusted(0, 2 * ROW_PX + 2, 0, 0)
        if result.prediction is None:
            self._paint_problem(painter, result, below)
        else:
            self._paint_guesses(painter, result.prediction, below)

    def _paint_picture(self, painter: QPainter, index: int, place: QRectF) -> None:
        image = self._image(index)
        scale = min(place.width() / image.width(), place.height() / image.height())
        room = QRectF(0, 0, image.width() * scale, image.height() * scale)
        room.moveCenter(place.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale * self.devicePixelRatioF() < 1)
        painter.drawImage(room, image)

    def _paint_missing(self, painter: QPainter, place: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(place, 6, 6)
        icon = QRectF(0, 0, 40, 40)
        icon.moveCenter(place.center())
        paint_icon(painter, "image-broken-variant", icon, QColor(theme.color("bad")))

    def _paint_head(self, painter: QPainter, result: Result, room: QRectF) -> None:
        verdict, role = result.verdict
        time = f"{result.prediction.ms:.1f} ms" if result.prediction is not None else ""
        line = QRectF(room.left(), room.top() - 2, room.width(), ROW_PX)
        self._write(painter, line, verdict, role, weight=QFont.Weight.DemiBold)
        small = theme.tokens.size.small
        time_px = painter.fontMetrics().horizontalAdvance(time) + 8 if time else 0
        line.translate(0, ROW_PX - 2)
        self._write(painter, line.adjusted(0, 0, -time_px, 0), result.name, "muted", size=small)
        self._write(painter, line, time, "muted", size=small, side=Qt.AlignmentFlag.AlignRight)

    def _paint_guesses(self, painter: QPainter, prediction: Prediction, room: QRectF) -> None:
        name_px = min(max(room.width() * 0.36, 52), 130)
        share_px = 52
        for row, guess in enumerate(prediction.top):
            line = QRectF(room.left(), room.top() + row * ROW_PX, room.width(), ROW_PX)
            self._write(painter, QRectF(line.left(), line.top(), name_px - 8, ROW_PX), guess.class_name, "text")
            self._write(painter, line, percent(guess.p), "muted", side=Qt.AlignmentFlag.AlignRight)
            trough = line.adjusted(name_px, (ROW_PX - BAR_PX) / 2, -share_px - 4, -(ROW_PX - BAR_PX) / 2)
            paint_bar(painter, trough, guess.p, "accent" if prediction.is_sure else "warn")

    def _paint_problem(self, painter: QPainter, result: Result, room: QRectF) -> None:
        painter.setFont(self.font())
        painter.setPen(theme.color("text"))
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), f"{result.problem} {result.hint}".strip())

    def _write(
        self,
        painter: QPainter,
        room: QRectF,
        text: str,
        role: str,
        *,
        size: int = 0,
        weight: QFont.Weight = QFont.Weight.Normal,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        font = QFont(self.font())
        font.setPixelSize(size or theme.tokens.size.text)
        font.setWeight(weight)
        painter.setFont(font)
        painter.setPen(theme.color(role))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _image(self, index: int) -> QImage:
        if index not in self._images:
            result = self._results[index]
            assert result.shown is not None
            pixels = result.shown
            if self._has_heat and result.heat is not None:
                pixels = heat_overlay(enlarged(pixels), result.heat, self._opacity, self._colours)
            self._images[index] = to_qimage(pixels)
            if len(self._images) > KEPT_IMAGES:
                self._images.popitem(last=False)
        return self._images[index]
