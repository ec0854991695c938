"""The names of overlaid runs with their lines and values, one below the other; it scrolls where there are many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QToolTip, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import plain
from cnnstudio.gui.widgets.line_looks import paint_dash

ROW_PX, DASH_PX, GAP_PX, VALUE_PX = 24, 26, 8, 64


@dataclass(frozen=True)
class LegendRow:
    """One run: key, name, the look of its line, and a value as text."""

    key: str
    name: str
    look: int
    value: str = ""


class RunLegend(QScrollArea):
    """Rows of lines, names and values; `pointed` brings the key under the mouse, or ""."""

    pointed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows = _Rows(self)
        self.setWidget(self._rows)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Legend")

    def set_rows(self, rows: Sequence[LegendRow]) -> None:
        """Show these runs."""
        self._rows.set_rows(rows)
        self.setAccessibleDescription(", ".join(f"{row.name} {row.value}".strip() for row in rows))

    def set_values(self, values: Mapping[str, str]) -> None:
        """Show other values for a while; an empty mapping brings the rows' own back."""
        self._rows.set_values(values)

    def rows(self) -> tuple[LegendRow, ...]:
        """What is shown."""
        return self._rows.rows


class _Rows(QWidget):
    def __init__(self, legend: RunLegend) -> None:
        super().__init__()
        self._legend = legend
        self.rows: tuple[LegendRow, ...] = ()
        self._values: dict[str, str] = {}
        self._over = -1
        self.setMouseTracking(True)

    def set_rows(self, rows: Sequence[LegendRow]) -> None:
        self.rows = tuple(rows)
        self.setMinimumHeight(len(rows) * ROW_PX)
        self.update()

    def set_values(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, len(self.rows) * ROW_PX)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(int(event.position().y()) // ROW_PX)
        if 0 <= self._over < len(self.rows):
            QToolTip.showText(event.globalPosition().toPoint(), plain(self.rows[self._over].name), self)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, row in enumerate(self.rows):
            room = QRectF(0, place * ROW_PX, self.width(), ROW_PX)
            if place == self._over:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("sunken"))
                painter.drawRoundedRect(room, 4, 4)
            paint_dash(painter, QRectF(4, room.top(), DASH_PX, ROW_PX), row.look)
            left = 4 + DASH_PX + GAP_PX
            names = QRectF(left, room.top(), room.width() - left - VALUE_PX - GAP_PX, ROW_PX)
            painter.setPen(theme.color("text"))
            name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(names.width()))
            painter.drawText(names, Qt.AlignmentFlag.AlignVCenter, name)
            value = self._values.get(row.key, "–" if self._values else row.value)
            painter.setPen(theme.color("muted"))
            numbers = QRectF(names.right(), room.top(), VALUE_PX + GAP_PX - 6, ROW_PX)
            painter.drawText(numbers, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, value)

    def _point(self, place: int) -> None:
        place = place if 0 <= place < len(self.rows) else -1
        if place != self._over:
            self._over = place
            self._legend.pointed.emit(self.rows[place].key if place >= 0 else "")
            self.update()
