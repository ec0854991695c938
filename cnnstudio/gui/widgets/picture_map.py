"""A map of thumbnails: alike pictures lie side by side; a lasso drawn with the mouse chooses some."""

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

from cnnstudio.data.card import PictureMap
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import plain
from cnnstudio.gui.widgets.pixels import to_pixmap

MARGIN_PX, FADED = 12, 0.25


class PictureMapView(QWidget):
    """`chosen` brings the numbers of the pictures within the lasso, none when the choice is taken back."""

    chosen = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._map: PictureMap | None = None
        self._texts: dict[int, str] = {}
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

    def set_map(self, found: PictureMap | None, texts: dict[int, str]) -> None:
        """Show pictures; `texts` has a line for each of their numbers."""
        self._map, self._texts = found, texts
        self._is_inside = np.zeros(0 if found is None else len(found.numbers), bool)
        self._lasso = QPolygonF()
        self._place()

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
        """The thumbnails in one picture: pasted as numbers, 3,000 take a few milliseconds."""
        assert self._map is not None
        canvas = np.zeros((self.height(), self.width(), 4), np.uint8)
        side = self._map.thumbnails.shape[1]
        for place in np.flatnonzero(is_shown).tolist():
            x, y = self._corners[place].tolist()
            room = canvas[y : y + side, x : x + side]
            room[..., :3] = self._map.thumbnails[place][: room.shape[0], : room.shape[1]]
            room[..., 3] = 255
        return to_pixmap(canvas)
