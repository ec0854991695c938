"""The best guesses as bars: name, bar, per cent."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnstudio.gui.theme import theme

ROW_PX = 24
BAR_PX = 6
PERCENT_PX = 52


@dataclass(frozen=True)
class Guess:
    """One class and its probability; `role` colours the bar ("accent", "ok", "bad", "muted")."""

    name: str
    probability: float
    role: str = "accent"


def percent(value: float) -> str:
    """A share as people read it: 98.1 %, 100 %, < 0.1 %."""
    share = 100 * value
    if 0 < share < 0.1:
        return "< 0.1 %"
    return f"{share:.0f} %" if share in (0.0, 100.0) else f"{share:.1f} %"


class Bars(QWidget):
    """The k best classes, best first."""

    def __init__(self, name: str = "Best guesses", rows: int = 5) -> None:
        super().__init__()
        self._rows = rows
        self._guesses: tuple[Guess, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_guesses(self, guesses: Sequence[Guess]) -> None:
        """Show these, in this order; more than fit are left out."""
        self._guesses = tuple(guesses[: self._rows])
        said = ", ".join(f"{guess.name} {percent(guess.probability)}" for guess in self._guesses)
        self.setAccessibleDescription(said)
        self.update()

    def guesses(self) -> tuple[Guess, ...]:
        """What is shown."""
        return self._guesses

    def sizeHint(self) -> QSize:
        return QSize(220, ROW_PX * self._rows)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, ROW_PX * self._rows)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // ROW_PX
            if 0 <= row < len(self._guesses):
                guess = self._guesses[row]
                QToolTip.showText(event.globalPos(), f"{guess.name}: {100 * guess.probability:.2f} %", self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name_px = min(max(self.width() * 38 // 100, 60), 160)
        for row, guess in enumerate(self._guesses):
            self._paint_row(painter, row * ROW_PX, name_px, guess)

    def _paint_row(self, painter: QPainter, top: int, name_px: int, guess: Guess) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        text = painter.fontMetrics().elidedText(guess.name, Qt.TextElideMode.ElideMiddle, name_px - 8)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(0, top, name_px, ROW_PX), middle | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(theme.color("muted"))
        right = QRectF(self.width() - PERCENT_PX, top, PERCENT_PX, ROW_PX)
        painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight, percent(guess.probability))
        room = QRectF(name_px, top + (ROW_PX - BAR_PX) / 2, self.width() - name_px - PERCENT_PX - 4, BAR_PX)
        paint_bar(painter, room, guess.probability, guess.role)


def paint_bar(painter: QPainter, room: QRectF, share: float, role: str) -> None:
    """A rounded bar in its rounded trough."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("border"))
    painter.drawRoundedRect(room, room.height() / 2, room.height() / 2)
    if share > 0:
        filled = QRectF(room)
        filled.setWidth(max(room.width() * min(share, 1.0), room.height()))
        painter.setBrush(theme.color(role))
        painter.drawRoundedRect(filled, room.height() / 2, room.height() / 2)
