"""How many pictures each class has, as bars that are stacked by split."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import plain

ROW_PX, BAR_PX = 24, 8
# Names take what they need up to this share of the width; of many classes only the longest names are measured.
NAME_SHARE, LEAST_NAME_PX, LEAST_NUMBER_PX, GAP_PX, MEASURED = 0.55, 48, 24, 12, 20
# A text is cut at its own exact width already.
SPARE_PX = 4


class CountBars(QWidget):
    """One row a class; a click (or Enter) tells which class was meant, by its number."""

    chosen = Signal(int)

    def __init__(self, name: str = "Pictures of each class") -> None:
        super().__init__()
        self._classes: tuple[str, ...] = ()
        self._parts: dict[str, tuple[int, ...]] = {}
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setToolTip("A click shows the pictures of a class.")

    def set_counts(self, classes: Sequence[str], parts: Mapping[str, Sequence[int]]) -> None:
        """Show counts: `parts` maps a split's title to one count a class."""
        self._classes = tuple(classes)
        self._parts = {title: tuple(counts) for title, counts in parts.items()}
        self._current = -1
        self.updateGeometry()
        self.update()

    def set_current(self, number: int) -> None:
        """Mark a class; -1 marks none."""
        self._current = number
        self.update()

    def total(self, number: int) -> int:
        """Pictures of a class in all parts."""
        return sum(counts[number] for counts in self._parts.values())

    def sizeHint(self) -> QSize:
        return QSize(240, max(1, len(self._classes)) * ROW_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, max(1, len(self._classes)) * ROW_PX)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // ROW_PX
            if 0 <= row < len(self._classes):
                QToolTip.showText(event.globalPos(), plain(self._row_text(row)), self)
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y()) // ROW_PX
        if 0 <= row < len(self._classes):
            self._choose(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._classes:
            super().keyPressEvent(event)
        else:
            self._choose(min(max(self._current + step, 0), len(self._classes) - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        largest = max((self.total(number) for number in range(len(self._classes))), default=1)
        name_px = self._name_px()
        # Ten thousand classes: only the rows that are seen are painted.
        first, last = event.rect().top() // ROW_PX, event.rect().bottom() // ROW_PX
        for row in range(first, min(last + 1, len(self._classes))):
            self._paint_row(painter, row, max(largest, 1), name_px)
        if self.hasFocus() and self._current < 0:
            painter.setPen(theme.series_pen(0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _name_px(self) -> int:
        """The width of the names' column."""
        longest = sorted(self._classes, key=len)[-MEASURED:]
        needed = max((self.fontMetrics().horizontalAdvance(name) for name in longest), default=0) + GAP_PX + SPARE_PX
        return min(max(needed, LEAST_NAME_PX), round(NAME_SHARE * self.width()))

    def _paint_row(self, painter: QPainter, row: int, largest: int, name_px: int) -> None:
        top, middle = row * ROW_PX, Qt.AlignmentFlag.AlignVCenter
        number_px = max(LEAST_NUMBER_PX, painter.fontMetrics().horizontalAdvance(f"{largest:,}"))
        if row == self._current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(QRectF(0, top, self.width(), ROW_PX), 4, 4)
        painter.setPen(theme.color("text"))
        name = painter.fontMetrics().elidedText(self._classes[row], Qt.TextElideMode.ElideMiddle, name_px - 12)
        painter.drawText(QRectF(4, top, name_px, ROW_PX), middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(theme.color("muted"))
        right = QRectF(self.width() - number_px - 4, top, number_px, ROW_PX)
        painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight, f"{self.total(row):,}")
        room = self.width() - name_px - number_px - GAP_PX - 4
        self._paint_bar(painter, QRectF(name_px, top + (ROW_PX - BAR_PX) / 2, room, BAR_PX), row, largest)

    def _paint_bar(self, painter: QPainter, room: QRectF, row: int, largest: int) -> None:
        full = QRectF(room.x(), room.y(), room.width() * self.total(row) / largest, room.height())
        shape = QPainterPath()
        shape.addRoundedRect(full, 3, 3)
        painter.save()
        painter.setClipPath(shape)
        x = room.x()
        for index, counts in enumerate(self._parts.values()):
            width = room.width() * counts[row] / largest
            painter.fillRect(QRectF(x, room.y(), width, room.height()), theme.color(f"series.{index}"))
            x += width
        painter.restore()

    def _row_text(self, row: int) -> str:
        parts = ", ".join(f"{title} {counts[row]:,}" for title, counts in self._parts.items())
        return f"{self._classes[row]}: {self.total(row):,} ({parts})"

    def _choose(self, row: int) -> None:
        self._current = row
        self.update()
        self.chosen.emit(row)
