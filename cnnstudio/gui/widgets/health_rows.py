"""The layers one below the other: gradient, steps, where outputs lie, and dead units, drawn and in numbers."""

import math
import statistics
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.tile_sheet import TileSheet
from cnnstudio.training.diagnosis import FLAT, row_finding
from cnnstudio.training.events import LayerRow

ROW_PX, NAME_SHARE, NUMBER_PX, BAR_PX, RANGE_PX = 26, 0.18, 62, 6, 40
# Powers of ten between an empty and a full bar.
GRADIENT_RANGE, UPDATE_RANGE = (-6.0, 1.0), (-6.0, 0.0)
HEALTHY_STEPS, TOLERABLE_STEPS = (1e-4, 1e-2), (1e-5, 1e-1)
COLUMNS = ("gradient", "step / weight", "dead units", "outputs, mean ± spread")
SHARES = (0.24, 0.24, 0.21, 0.31)
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class HealthRows(TileSheet):
    """One row a layer; `chosen` brings its place. The tooltip says a row in words."""

    def __init__(self) -> None:
        super().__init__("Layers and how they fare", gap_px=2)
        self._rows: tuple[LayerRow, ...] = ()
        self._largest = self._reach = 0.0

    def set_rows(self, rows: Sequence[LayerRow]) -> None:
        """Show these layers; the chosen one stays."""
        self._rows = tuple(rows)
        self._largest = max((row.gradient or 0.0 for row in rows), default=0.0)
        reaches = [abs(row.mean or 0.0) + (row.spread or 0.0) for row in rows if row.spread is not None]
        # Twice the middle one: logits are often many times as large as all else, and would flatten the others.
        self._reach = 2 * statistics.median(reaches) if reaches else 0.0
        if len(rows) != self.count():
            self.set_count(len(rows))
        self.canvas().update()

    def tile_size(self, room: QSize) -> QSize:
        return QSize(room.width(), ROW_PX)

    def column_count(self, room: QSize, tile: QSize) -> int:
        return 1

    def describe(self, index: int) -> str:
        row = self._rows[index]
        parts = [f"{row.node}: gradient {_number(row.gradient)}"]
        parts.append(f"a step changes the weights by {_percent(row.update_ratio)}")
        if row.mean is not None:
            parts.append(f"outputs have mean {_number(row.mean)} and spread {_number(row.spread)}")
        if row.dead is not None:
            parts.append(f"{_percent(row.dead)} of the units are dead")
        finding = row_finding(row, self._largest)
        return "; ".join(parts) + "." + (f"\n{finding.text}" if finding is not None else "")

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        row = self._rows[index]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent_soft" if index == self.current() else "sunken"))
        painter.drawRoundedRect(rect, 4, 4)
        font = painter.font()
        font.setPixelSize(theme.tokens.size.small)
        painter.setFont(font)
        name = QRectF(rect.x() + 8, rect.y(), rect.width() * NAME_SHARE - 12, rect.height())
        finding = row_finding(row, self._largest)
        painter.setPen(theme.color(finding.tone if finding is not None else "text"))
        shown = painter.fontMetrics().elidedText(row.node, Qt.TextElideMode.ElideMiddle, int(name.width()))
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, shown)
        for place, (share, role, text) in enumerate(self._bars(row)):
            self._paint_bar(painter, column_rect(rect, place), share, role, text)
        self._paint_outputs(painter, column_rect(rect, len(COLUMNS) - 1), row)

    def _bars(self, row: LayerRow) -> tuple[tuple[float, str, str], ...]:
        """Fill (0 to 1), colour and number of the first three columns."""
        gradient, step, dead = row.gradient, row.update_ratio, row.dead
        return (
            (log_share(gradient, GRADIENT_RANGE), self._gradient_role(gradient), _number(gradient)),
            (log_share(step, UPDATE_RANGE), step_role(step), _number(step)),
            (dead or 0.0, dead_role(dead), "–" if dead is None else _percent(dead)),
        )

    def _gradient_role(self, gradient: float | None) -> str:
        if gradient is None or self._largest == 0:
            return "muted"
        share = gradient / self._largest
        return "bad" if share < 1e-6 else "warn" if share < 1e-4 else "accent"

    def _paint_bar(self, painter: QPainter, room: QRectF, share: float, role: str, text: str) -> None:
        bar = QRectF(room.x(), room.center().y() - BAR_PX / 2, max(8.0, room.width() - NUMBER_PX), BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        if share > 0:
            painter.setBrush(theme.color(role))
            bar.setWidth(max(BAR_PX, bar.width() * min(1.0, share)))
            painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        painter.setPen(theme.color("muted" if role in ("accent", "ok", "muted") else role))
        painter.drawText(room.adjusted(0, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _paint_outputs(self, painter: QPainter, room: QRectF, row: LayerRow) -> None:
        """A bar from mean − spread to mean + spread, around a tick at zero, on one scale; longer ones are cut."""
        if row.mean is None or row.spread is None:
            return
        if self._reach > 0:
            zero = room.x() + RANGE_PX / 2
            scale = RANGE_PX / 2 / self._reach
            half = max(1.0, row.spread * scale)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("warn" if row.spread < FLAT else "accent", 0.55))
            bar = QRectF(zero + row.mean * scale - half, room.center().y() - 4, 2 * half, 8)
            painter.drawRoundedRect(bar & QRectF(room.x(), bar.y(), RANGE_PX, bar.height()), 2, 2)
            painter.setBrush(theme.color("muted"))
            painter.drawRect(QRectF(zero - 0.5, room.center().y() - 7, 1, 14))
        painter.setPen(theme.color("warn" if row.spread < FLAT else "muted"))
        text = f"{_number(row.mean)} ± {_number(row.spread)}"
        painter.drawText(room.adjusted(0, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


def column_rect(row: QRectF, place: int) -> QRectF:
    """Where a column's bar and number lie in a row."""
    left = row.x() + row.width() * NAME_SHARE
    room = row.right() - left
    return QRectF(left + sum(SHARES[:place]) * room, row.y(), SHARES[place] * room - 6, row.height())


def log_share(value: float | None, powers: tuple[float, float]) -> float:
    """How full a bar is, from 0 to 1, on a logarithmic scale between two powers of ten."""
    if not value or value <= 0:
        return 0.0
    low, high = powers
    return min(1.0, max(0.0, (math.log10(value) - low) / (high - low)))


def step_role(ratio: float | None) -> str:
    """The colour for the size of a step against the size of the weights: about a thousandth is healthy."""
    if ratio is None:
        return "muted"
    if HEALTHY_STEPS[0] <= ratio <= HEALTHY_STEPS[1]:
        return "ok"
    return "warn" if TOLERABLE_STEPS[0] <= ratio <= TOLERABLE_STEPS[1] else "bad"


def dead_role(share: float | None) -> str:
    """The colour for a share of dead units."""
    return "bad" if (share or 0) >= 0.5 else "warn" if (share or 0) >= 0.2 else "ok"


def _number(value: float | None) -> str:
    """Two digits: 0.00023, 1.2, 340, 2·10⁻⁶."""
    if value is None:
        return "–"
    if value == 0 or 1e-4 <= abs(value) < 100:
        return f"{value:.2g}".replace("-", "−")
    if 100 <= abs(value) < 10_000:
        return f"{value:.0f}".replace("-", "−")
    digits, _, power = f"{value:.0e}".partition("e")
    return f"{digits}·10{str(int(power)).translate(SUPERSCRIPTS)}".replace("-", "−")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.3g} %"
