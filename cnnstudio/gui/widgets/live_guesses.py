"""A few validation images and what the network makes of them, changing while it learns."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.data.words import printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.bars import paint_bar, percent
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage

ROW_PX, PICTURE_PX = 52, 44
EMPTY_PX = 72
# Of a row: the guess, its bar, and whether it is right; and the room for "100.0 %".
LINE_PX, BAR_PX, SMALL_LINE_PX, PERCENT_PX = 18, 6, 16, 56
NO_GUESSES = "Eight validation images appear here with the first steps: what the network takes them for, as it learns."


class LiveGuesses(QWidget):
    """One row an image: picture, best guess, whether it is right, and how sure the network is."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: list[Pixels] = []
        self._truths: list[str] = []
        self._classes: Sequence[str] = ()
        self._probabilities: npt.NDArray[np.float32] | None = None
        self.setAccessibleName("Guesses for a few validation images")
        self.setToolTip("The best guess for a few validation images, and its probability from 0 to 100 %.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_images(self, pictures: Sequence[Pixels], truths: Sequence[str], classes: Sequence[str]) -> None:
        """Show other images; `pictures` are uint8 of shape (H, W, C), `truths` their classes."""
        self._pictures = list(pictures)
        self._truths, self._classes = [printable(name) for name in truths], [printable(name) for name in classes]
        self._probabilities = None
        self.updateGeometry()
        self.update()

    def set_probabilities(self, probabilities: npt.NDArray[np.float32]) -> None:
        """What the network says now, shape (images, classes)."""
        before = self._texts()
        self._probabilities = probabilities
        after = self._texts()
        self.setAccessibleDescription(", ".join(guess for guess, _, _ in after))
        # A network that has learnt changes its mind about one or two of them.
        for row, text in enumerate(after):
            if not before or before[row] != text:
                self.update(0, row * ROW_PX, self.width(), ROW_PX)

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(200, ROW_PX * len(self._pictures) or EMPTY_PX)

    def minimumSizeHint(self) -> QSize:
        """All rows, however narrow."""
        return QSize(150, ROW_PX * len(self._pictures) or EMPTY_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows."""
        painter = QPainter(self)
        if not self._pictures:
            self._paint_hint(painter)
        for row, picture in enumerate(self._pictures):
            top = row * ROW_PX
            if not event.rect().intersects(QRect(0, top, self.width(), ROW_PX)):
                continue
            painter.drawImage(QRectF(0, top, PICTURE_PX, PICTURE_PX), to_qimage(picture))
            if self._probabilities is not None:
                self._paint_guess(
                    painter, row, QRectF(PICTURE_PX + 10, top, self.width() - PICTURE_PX - 10, PICTURE_PX)
                )
        painter.end()

    def _paint_hint(self, painter: QPainter) -> None:
        font = painter.font()
        font.setPixelSize(theme.tokens.size.small)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(self.rect()), Qt.TextFlag.TextWordWrap, NO_GUESSES)

    def _paint_guess(self, painter: QPainter, row: int, room: QRectF) -> None:
        guess, verdict, share = self._text(row)
        is_right = verdict == "right"
        line = QRectF(room.x(), room.y(), room.width(), LINE_PX)
        bar = QRectF(room.x(), line.bottom() + 2, room.width(), BAR_PX)
        # In a line of its own: beside the guess there is no room for the longer names of classes.
        below = QRectF(room.x(), bar.bottom() + 2, room.width(), SMALL_LINE_PX)
        font = painter.font()
        painter.setPen(theme.color("muted"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, percent(share))
        _paint_elided(painter, line.adjusted(0, 0, -PERCENT_PX, 0), guess, theme.color("text"), is_bold=True)
        paint_bar(painter, bar, share, "accent" if is_right else "bad")
        font.setPixelSize(theme.tokens.size.small)
        painter.save()
        painter.setFont(font)
        _paint_elided(painter, below, verdict, theme.color("ok" if is_right else "bad"))
        painter.restore()

    def _texts(self) -> list[tuple[str, str, str]]:
        """What each row says; nothing before the first guesses."""
        if self._probabilities is None:
            return []
        texts = (self._text(row) for row in range(len(self._pictures)))
        return [(guess, verdict, percent(share)) for guess, verdict, share in texts]

    def _text(self, row: int) -> tuple[str, str, float]:
        """Best guess, verdict in words, probability."""
        assert self._probabilities is not None
        best = int(self._probabilities[row].argmax())
        guess, truth = self._classes[best], self._truths[row]
        return guess, "right" if guess == truth else f"truly {truth}", float(self._probabilities[row, best])


def _paint_elided(painter: QPainter, room: QRectF, text: str, color: QColor, *, is_bold: bool = False) -> None:
    painter.save()
    font = painter.font()
    font.setBold(is_bold)
    painter.setFont(font)
    painter.setPen(color)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
    painter.restore()
