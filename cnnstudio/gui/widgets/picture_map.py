"""A map of pictures, as thumbnails or as marks of their classes; a lasso drawn with the mouse chooses some."""

from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from cnnstudio.data.picture_map import PictureMap
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.class_marks import MARK_PX, class_colour, paint_cross, paint_mark
from cnnstudio.gui.widgets.labels import plain
from cnnstudio.gui.widgets.pixels import to_pixmap

MARGIN_PX, FADED, FRAME_PX = 12, 0.25, 2
Look = Literal["pictures", "marks"]


class PictureMapView(QWidget):
    """`chosen` brings the numbers of the pictures within the lasso, none when the choice is taken back."""

    chosen = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._map: PictureMap | None = None
        self._texts: dict[int, str] = {}
        self._labels = np.zeros(0, np.int64)
        self._is_wrong = np.zeros(0, bool)
        self._look: Look = "pictures"
        self._corners = np.zeros((0, 2), np.int64)
        self._picture: QPixmap | None = None
        self._chosen_picture: QPixmap | None = None
        self._lasso = QPolygonF()
        self._is_inside = np.zeros(0, bool)
        self.setMinimumSize(240, 200)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Map of pictures")
        self.setToolTip("Draw around some pictures with the mouse to choose them; Ctrl+A chooses all, Esc none.")
        theme.changed.connect(self._forget_picture)

    def set_map(self, found: PictureMap, texts: dict[int, str], labels: np.ndarray, is_wrong: np.ndarray) -> None:
        """Show pictures.

        Args:
            found: Where they lie.
            texts: A line for each of their numbers.
            labels: int64, shape (M,): their classes.
            is_wrong: bool, shape (M,): those that get a cross.
        """
        self._map, self._texts, self._labels, self._is_wrong = found, texts, labels, is_wrong
        self._is_inside = np.zeros(len(found.numbers), bool)
        self._lasso = QPolygonF()
        self._place()

    def set_look(self, look: Look) -> None:
        """Show thumbnails, framed in the colours of their classes, or the classes' marks alone."""
        self._look = look
        self._forget_picture()

    def choose_wrong(self) -> None:
        """Choose the pictures with a cross."""
        self._lasso = QPolygonF()
        self._choose(self._is_wrong.copy())

    def numbers(self) -> list[int]:
        """The numbers of the chosen pictures."""
        return [] if self._map is None else [int(number) for number in self._map.numbers[self._is_inside]]

    def centre_of(self, number: int) -> QPoint:
        """Where a picture lies."""
        assert self._map is not None
        place = int(np.flatnonzero(self._map.numbers == number)[0])
        half = self._map.thumbnails.shape[1] // 2
        return QPoint(*(self._corners[place] + half).tolist())

    def sizeHint(self) -> QSize:
        return QSize(560, 420)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("sunken"))
        if self._map is None:
            return
        if self._picture is None:
            self._picture = self._painted(np.ones(len(self._corners), bool))
        if self._is_inside.any():
            painter.setOpacity(FADED)
            painter.drawPixmap(0, 0, self._picture)
            painter.setOpacity(1)
            if self._chosen_picture is None:
                self._chosen_picture = self._painted(self._is_inside)
            painter.drawPixmap(0, 0, self._chosen_picture)
        else:
            painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.setBrush(theme.color("accent", 0.12))
        painter.drawPolygon(self._lasso)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._lasso = QPolygonF([event.position()])
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._lasso.append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._map is None:
            return
        half = self._map.thumbnails.shape[1] / 2
        centres = (self._corners + half).tolist()
        rule = Qt.FillRule.OddEvenFill
        self._choose(np.array([self._lasso.containsPoint(QPointF(x, y), rule) for x, y in centres], bool))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._is_inside.any():
            self._choose(np.zeros(len(self._is_inside), bool))
        elif event.key() == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._choose(np.ones(len(self._is_inside), bool))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._map is not None:
            side = self._map.thumbnails.shape[1]
            for place in range(len(self._corners) - 1, -1, -1):
                x, y = self._corners[place].tolist()
                if QRect(x, y, side, side).contains(event.pos()):
                    text = self._texts.get(int(self._map.numbers[place]), "")
                    QToolTip.showText(event.globalPos(), plain(text), self)
                    return True
        return super().event(event)

    def _choose(self, is_inside: np.ndarray) -> None:
        self._is_inside, self._chosen_picture = is_inside, None
        if not is_inside.any():
            self._lasso = QPolygonF()
        self.update()
        self.chosen.emit(self.numbers())

    def _place(self) -> None:
        """Put the map into the room there is."""
        self._forget_picture()
        if self._map is None:
            return
        side = self._map.thumbnails.shape[1]
        room = np.array([self.width() - 2 * MARGIN_PX - side, self.height() - 2 * MARGIN_PX - side])
        self._corners = np.rint(MARGIN_PX + self._map.points * np.maximum(0, room)).astype(np.int64)
        self._lasso = QPolygonF()

    def _forget_picture(self) -> None:
        self._picture = self._chosen_picture = None
        self.update()

    def _painted(self, is_shown: np.ndarray) -> QPixmap:
        """The pictures or marks in one picture, wrong answers on top."""
        places = np.flatnonzero(is_shown)
        shown = self._thumbnails(places) if self._look == "pictures" else self._marks(places)
        painter = QPainter(shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in places[self._is_wrong[places]].tolist():
            paint_cross(painter, self._centre(place), MARK_PX - 2)
        painter.end()
        return shown

    def _thumbnails(self, places: np.ndarray) -> QPixmap:
        """Pasted as numbers, 3,000 take a few milliseconds."""
        assert self._map is not None
        canvas = np.zeros((self.height(), self.width(), 4), np.uint8)
        side = self._map.thumbnails.shape[1]
        frames = {label: np.array(class_colour(label).getRgb(), np.uint8) for label in set(self._labels.tolist())}
        for place in places.tolist():
            x, y = self._corners[place].tolist()
            label = int(self._labels[place])
            canvas[max(0, y - FRAME_PX) : y + side + FRAME_PX, max(0, x - FRAME_PX) : x + side + FRAME_PX] = frames[
                label
            ]
            room = canvas[y : y + side, x : x + side]
            room[..., :3] = self._map.thumbnails[place][: room.shape[0], : room.shape[1]]
        return to_pixmap(canvas)

    def _marks(self, places: np.ndarray) -> QPixmap:
        shown = QPixmap(self.size())
        shown.fill(Qt.GlobalColor.transparent)
        painter = QPainter(shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in places.tolist():
            paint_mark(painter, self._centre(place), int(self._labels[place]))
        painter.end()
        return shown

    def _centre(self, place: int) -> QPointF:
        assert self._map is not None
        half = self._map.thumbnails.shape[1] / 2
        x, y = self._corners[place].tolist()
        return QPointF(x + half, y + half)
