"""A sheet of pictures with the true answer at the left and the given one at the right, as LeNet's paper printed its."""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage
from cnnstudio.gui.widgets.tile_sheet import TileSheet

PICTURE_PX, LARGE_PX = 96, 128
LINE_PX, ARROW_PX = 18, 18
PADDING_PX = 8
KEPT_IMAGES = 2000


@dataclass(frozen=True)
class Answer:
    """One judged picture: its place in the data set, its class, what the network said, and how surely (0 to 1)."""

    index: int
    true: str
    given: str
    confidence: float

    @property
    def is_right(self) -> bool:
        """True if the network gave the true class."""
        return self.true == self.given


class AnswerSheet(TileSheet):
    """Judged pictures; `picture` (place in the data set → pixels) is asked for what is visible only."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._answers: tuple[Answer, ...] = ()
        self._picture: Callable[[int], Pixels | None] | None = None
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._name_lines = 1
        self.setMinimumSize(PICTURE_PX + 40, PICTURE_PX + 60)

    def set_answers(self, answers: Sequence[Answer], picture: Callable[[int], Pixels | None]) -> None:
        """Show these, in this order; `picture` gives None while one is not there yet."""
        self._answers = tuple(answers)
        self._picture = picture
        self._images.clear()
        self._name_lines = self._lines_for({name for answer in answers for name in (answer.true, answer.given)})
        self.set_count(len(self._answers))
        self.verticalScrollBar().setValue(0)

    def answers(self) -> tuple[Answer, ...]:
        """What is shown, in this order."""
        return self._answers

    def name_lines(self) -> int:
        """In how many lines the two names of a picture stand."""
        return self._name_lines

    def _lines_for(self, names: set[str]) -> int:
        """Two where a name finds no room beside another: shortened to "G…d" it would say nothing."""
        metrics = QFontMetricsF(self._name_font())
        return 2 if any(metrics.horizontalAdvance(name) > _half(PICTURE_PX) for name in names) else 1

    def _name_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.tokens.size.small)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def tile_size(self, room: QSize) -> QSize:
        few = self._tile_of(LARGE_PX)
        columns = max(1, (room.width() + self._gap_px) // (few.width() + self._gap_px))
        rows = math.ceil(self.count() / columns)
        is_roomy = rows * (few.height() + self._gap_px) <= room.height()
        return few if is_roomy else self._tile_of(PICTURE_PX)

    def _tile_of(self, picture_px: int) -> QSize:
        return QSize(picture_px + 2 * PADDING_PX, picture_px + (self._name_lines + 1) * LINE_PX + 2 * PADDING_PX)

    def describe(self, index: int) -> str:
        answer = self._answers[index]
        verdict = "rightly" if answer.is_right else "wrongly"
        sure = percent(answer.confidence)
        return f"Image {answer.index}: true {answer.true}, {verdict} given {answer.given}, {sure} sure."

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        answer = self._answers[index]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(rect, 6, 6)
        side = rect.width() - 2 * PADDING_PX
        place = QRectF(rect.left() + PADDING_PX, rect.top() + PADDING_PX, side, side)
        self._paint_picture(painter, answer.index, place)
        line = QRectF(place.left(), place.bottom() + 3, side, LINE_PX)
        self._paint_names(painter, answer, line)
        font = QFont(self.font())
        font.setPixelSize(theme.tokens.size.label)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        sure = f"{percent(answer.confidence)} sure"
        painter.drawText(line.translated(0, self._name_lines * LINE_PX), Qt.AlignmentFlag.AlignCenter, sure)

    def _paint_picture(self, painter: QPainter, index: int, place: QRectF) -> None:
        image = self._image(index)
        if image is None:
            painter.fillRect(place, theme.color("line"))
            return
        scale = min(place.width() / image.width(), place.height() / image.height())
        room = QRectF(0, 0, image.width() * scale, image.height() * scale)
        room.moveCenter(place.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale * self.devicePixelRatioF() < 1)
        painter.drawImage(room, image)

    def _paint_names(self, painter: QPainter, answer: Answer, line: QRectF) -> None:
        """Beside each other with an arrow between, or one below the other with the arrow before the second."""
        painter.setFont(self._name_font())
        is_split = self._name_lines == 2
        below = line.translated(0, LINE_PX)
        first = line if is_split else QRectF(line.left(), line.top(), _half(line.width()), line.height())
        second = below.adjusted(ARROW_PX, 0, 0, 0) if is_split else first.translated(line.width() - first.width(), 0)
        side = Qt.AlignmentFlag.AlignLeft if is_split else Qt.AlignmentFlag.AlignRight
        _paint_name(painter, answer.true, "text", first, Qt.AlignmentFlag.AlignLeft)
        _paint_name(painter, answer.given, "ok" if answer.is_right else "bad", second, side)
        painter.setPen(theme.color("muted"))
        at = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter if is_split else Qt.AlignmentFlag.AlignCenter
        painter.drawText(below if is_split else line, at, "→")

    def _image(self, index: int) -> QImage | None:
        if index not in self._images:
            pixels = None if self._picture is None else self._picture(index)
            if pixels is None:
                return None
            self._images[index] = to_qimage(pixels)
            if len(self._images) > KEPT_IMAGES:
                self._images.popitem(last=False)
        return self._images[index]


def _half(width: float) -> float:
    """Room for one of two names that stand beside each other, with an arrow between them."""
    return width / 2 - 10


def _paint_name(painter: QPainter, name: str, role: str, place: QRectF, side: Qt.AlignmentFlag) -> None:
    painter.setPen(theme.color(role))
    shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(place.width()))
    painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)
