"""How many curves in one plot are told apart: by colour and, for eyes that see fewer colours, by style of line."""

from collections import Counter
from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cnnstudio.gui.theme import theme

COLOURS = 6
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
LOOKS = COLOURS * len(STYLES)


def look_pen(look: int, width_px: float | None = None) -> QPen:
    """The pen of the look-th curve: 24 differ, each neighbour in colour and style; then they begin again."""
    pen = theme.series_pen(look % COLOURS)
    # The style changes with the colour, so that even the first six differ without any colour.
    pen.setStyle(STYLES[(look % COLOURS + look // COLOURS) % len(STYLES)])
    if width_px is not None:
        pen.setWidthF(width_px)
    return pen


def paint_dash(painter: QPainter, room: QRectF, look: int) -> None:
    """A short piece of the look-th curve, as in a legend."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(look_pen(look))
    middle = room.center().y()
    painter.drawLine(QPointF(room.left() + 1, middle), QPointF(room.right() - 1, middle))


def free_look(taken: Collection[int]) -> int:
    """The look that the fewest other curves have, the first of these."""
    counts = Counter(taken)
    return min(range(LOOKS), key=lambda look: counts[look])
