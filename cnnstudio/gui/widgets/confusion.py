"""A confusion matrix: rows are the true classes, columns the given answers; a cell opens its pictures."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import plain
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage

MAX_LABEL_PX, TITLE_PX, MIN_TEXT_CELL_PX, MIN_GAP_CELL_PX, GAP_PX = 96, 20, 22, 8, 1
STEPS = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}


class ConfusionMatrix(QWidget):
    """Counts in cells, coloured by their share of the row; `chosen` brings (true, given)."""

    chosen = Signal(int, int)

    def __init__(self, name: str = "Confusion matrix") -> None:
        super().__init__()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._classes: tuple[str, ...] = ()
        self._current = (-1, -1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        self.setToolTip("Rows are the true classes, columns the answers; a click shows the pictures of a cell.")

    def set_counts(self, counts: NDArray[np.int64], classes: Sequence[str]) -> None:
        """Show counts, shape (classes, classes), [true, given]."""
        self._counts, self._classes, self._current = counts, tuple(classes), (-1, -1)
        self.update()

    def cell_text(self, row: int, column: int) -> str:
        """A cell in words."""
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        share = f" ({100 * count / total:.1f} %)" if total else ""
        if row == column:
            return f"{count:,} of {total:,}{share} with '{self._classes[row]}' were recognised."
        return f"{count:,} of {total:,}{share} with '{self._classes[row]}' were taken for '{self._classes[column]}'."

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """The cell under a point: (true, given)."""
        area, side = self._area()
        if side <= 0 or not area.contains(position):
            return None
        n = len(self._classes)
        row, column = int((position.y() - area.y()) / side), int((position.x() - area.x()) / side)
        return (min(row, n - 1), min(column, n - 1))

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell is painted."""
        area, side = self._area()
        return QRectF(area.x() + column * side, area.y() + row * side, side - GAP_PX, side - GAP_PX)

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 260)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(QPointF(event.pos()))
            if cell is not None:
                QToolTip.showText(event.globalPos(), plain(self.cell_text(*cell)), self)
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None:
            self._choose(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_cell = self.cell_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_cell else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, last = STEPS.get(Qt.Key(event.key())), len(self._classes) - 1
        if step is None or last < 0:
            super().keyPressEvent(event)
            return
        row, column = (max(place, 0) for place in self._current)
        if self._current != (-1, -1):
            row, column = min(max(row + step[0], 0), last), min(max(column + step[1], 0), last)
        self._choose((row, column))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._classes:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, side = self._area()
        self._paint_cells(painter, area, side)
        self._paint_labels(painter, area, side)
        if self._current != (-1, -1):
            painter.setPen(QPen(theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.cell_rect(*self._current))

    def _area(self) -> tuple[QRectF, float]:
        n = max(len(self._classes), 1)
        label = self._label_px() + TITLE_PX
        side = min((self.width() - label) / n, (self.height() - label) / n)
        if side >= MIN_GAP_CELL_PX:
            side = self._snapped(side, math.floor)
        left = self._snapped(label + (self.width() - label - side * n) / 2, round)
        return QRectF(left, label, side * n, side * n), side

    def _snapped(self, length: float, to_whole: Callable[[float], float]) -> float:
        """A length in whole pixels of the screen: between two of them, an edge would be painted blurred."""
        ratio = self.devicePixelRatioF()
        return to_whole(length * ratio) / ratio

    def _label_px(self) -> int:
        widest = max((self.fontMetrics().horizontalAdvance(name) for name in self._classes), default=0)
        return min(widest + 8, MAX_LABEL_PX)

    def _paint_cells(self, painter: QPainter, area: QRectF, side: float) -> None:
        """All cells as one enlarged picture, a pixel a cell: 1,000 classes have a million cells."""
        colors = _cell_colors(self._counts)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, side < 1)
        painter.drawImage(area, to_qimage(colors))
        if side >= MIN_GAP_CELL_PX:
            gap = self._snapped(GAP_PX, round)
            for number in range(1, len(self._classes) + 1):
                x, y = area.x() + number * side - gap, area.y() + number * side - gap
                painter.fillRect(QRectF(x, area.top(), gap, area.height()), theme.color("surface"))
                painter.fillRect(QRectF(area.left(), y, area.width(), gap), theme.color("surface"))
        if side >= MIN_TEXT_CELL_PX:
            self._paint_numbers(painter, area, side, colors)

    def _paint_numbers(self, painter: QPainter, area: QRectF, side: float, colors: Pixels) -> None:
        for row, column in np.argwhere(self._counts > 0).tolist():
            rect = QRectF(area.x() + column * side, area.y() + row * side, side, side)
            painter.setPen(_readable_on(*colors[row, column].tolist()))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, f"{int(self._counts[row, column]):,}")

    def _paint_labels(self, painter: QPainter, area: QRectF, side: float) -> None:
        painter.setPen(theme.color("muted"))
        every = max(1, int(np.ceil(14 / max(side, 1e-6))))
        room = self._label_px()
        for number in range(0, len(self._classes), every):
            text = painter.fontMetrics().elidedText(self._classes[number], Qt.TextElideMode.ElideMiddle, room - 6)
            across = QRectF(area.x() - room, area.y() + number * side, room - 6, side * every)
            painter.drawText(across, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            self._paint_column_label(painter, text, area.x() + (number + every / 2) * side, area.y() - 6, side)
        painter.drawText(QRectF(area.x(), 0, area.width(), TITLE_PX), Qt.AlignmentFlag.AlignCenter, "answer given")
        self._paint_turned(painter, QPointF(area.x() - room - TITLE_PX / 2, area.center().y()), "true class")

    def _paint_column_label(self, painter: QPainter, text: str, x: float, y: float, side: float) -> None:
        painter.save()
        width = painter.fontMetrics().horizontalAdvance(text)
        if width <= side - 4:
            painter.drawText(QPointF(x - width / 2, y), text)
        else:
            painter.translate(x + 4, y)
            painter.rotate(-90)
            painter.drawText(QPointF(0, 0), text)
        painter.restore()

    def _paint_turned(self, painter: QPainter, middle: QPointF, text: str) -> None:
        painter.save()
        painter.translate(middle)
        painter.rotate(-90)
        painter.drawText(QRectF(-100, -10, 200, 20), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _choose(self, cell: tuple[int, int]) -> None:
        self._current = cell
        self.setAccessibleDescription(self.cell_text(*cell))
        self.update()
        self.chosen.emit(*cell)


def _cell_colors(counts: NDArray[np.int64]) -> Pixels:
    """From the ground to the accent (right) or to red (wrong), by the cell's share of its row."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # The root lifts the few mistakes of a good network above the ground.
    weights = np.sqrt(shares)[..., None]
    ends = np.where(np.eye(len(counts), dtype=bool)[..., None], _rgb("accent"), _rgb("bad"))
    mixed: Pixels = ((1 - weights) * _rgb("sunken") + weights * ends).round().astype(np.uint8)
    return mixed


def _readable_on(red: int, green: int, blue: int) -> QColor:
    linear = [(part / 255) ** 2.2 for part in (red, green, blue)]
    is_bright = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.18
    return QColor("#10131A") if is_bright else QColor("#FFFFFF")


def _rgb(role: str) -> NDArray[np.float64]:
    color = theme.color(role)
    return np.array([color.red(), color.green(), color.blue()], np.float64)
