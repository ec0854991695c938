"""A mark for each class: 24 differ by colour and shape, so that eyes that see fewer colours tell them apart too."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.line_looks import COLOURS

SHAPES = 4
MARKS = COLOURS * SHAPES
MARK_PX, GAP_PX, APART_PX, LINE_PX, MOST_LINES = 10, 6, 14, 20, 2


def class_colour(label: int) -> QColor:
    """The colour of a class."""
    return theme.color(f"series.{label % COLOURS}")


def paint_mark(painter: QPainter, centre: QPointF, label: int, side: float = MARK_PX) -> None:
    """A class's mark: a disc, a square, a triangle or a diamond in its colour."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(class_colour(label))
    half = side / 2
    shape = label // COLOURS % SHAPES
    if shape == 0:
        painter.drawEllipse(centre, half, half)
    elif shape == 1:
        painter.drawRect(QRectF(centre.x() - half * 0.85, centre.y() - half * 0.85, side * 0.85, side * 0.85))
    else:
        corners = ((0, -1), (1, 0.8), (-1, 0.8)) if shape == 2 else ((0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0))
        painter.drawPolygon(QPolygonF([centre + QPointF(x * half, y * half) for x, y in corners]))


def paint_cross(painter: QPainter, centre: QPointF, side: float = MARK_PX) -> None:
    """The mark of a wrong answer: a cross, on a rim of the ground that keeps it readable on anything."""
    half = side / 2
    for role, width in (("surface", 4.5), ("bad", 2.0)):
        painter.setPen(QPen(theme.color(role), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre + QPointF(-half, -half), centre + QPointF(half, half))
        painter.drawLine(centre + QPointF(-half, half), centre + QPointF(half, -half))


class ClassLegend(QWidget):
    """The classes' names with their marks, in up to two lines; what has no room is counted."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._has_wrong = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(LINE_PX)
        theme.changed.connect(self.update)

    def set_classes(self, names: Sequence[str], has_wrong: bool) -> None:
        """Name these classes; and the cross, if there are wrong answers."""
        self._names, self._has_wrong = tuple(names), has_wrong
        self.setAccessibleName("Classes: " + ", ".join(names))
        self.setToolTip("" if len(names) <= MARKS else f"Colours and shapes begin again after {MARKS} classes.")
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        for left, line, label, text in self._places():
            middle = QPointF(left + MARK_PX / 2, line * LINE_PX + LINE_PX / 2)
            if text is None:
                text = "wrong answer"
                paint_cross(painter, middle, MARK_PX - 3)
            elif label >= 0:
                paint_mark(painter, middle, label)
            painter.setPen(theme.color("muted"))
            start = left + (MARK_PX + GAP_PX if label != -1 else 0)
            room = QRectF(start, line * LINE_PX, self.width() - start, LINE_PX)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.tokens.size.small)
        return font

    def _fit(self) -> None:
        lines = 1 + max((line for _, line, _, _ in self._places()), default=0)
        self.setFixedHeight(lines * LINE_PX)
        self.update()

    def _places(self) -> list[tuple[float, int, int, str | None]]:
        """Left, line, class (-1: none, -2: the cross) and text of each entry."""
        metrics = QFontMetrics(self._font())
        placed: list[tuple[float, int, int, str | None]] = []
        left, line = 0.0, 0
        entries: list[tuple[int, str | None]] = [(-2, None)] if self._has_wrong else []
        entries += list(enumerate(self._names))
        for number, (label, text) in enumerate(entries):
            width = MARK_PX + GAP_PX + metrics.horizontalAdvance(text or "wrong answer") + APART_PX
            rest = len(entries) - number
            more = 0 if rest == 1 else metrics.horizontalAdvance(f"and {rest:,} more")
            is_last = line == MOST_LINES - 1
            if left and left + width + (more if is_last else 0) > self.width():
                if is_last:
                    return [*placed, (left, line, -1, f"and {rest:,} more")]
                left, line = 0.0, line + 1
            placed.append((left, line, label, text))
            left += width
        return placed
