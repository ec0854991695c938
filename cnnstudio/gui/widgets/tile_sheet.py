"""Equal tiles in rows that wrap: only what is visible is painted, and the arrow keys walk them."""

import math

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QToolTip, QWidget

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.labels import plain

RING_PX = 2


class TileSheet(QScrollArea):
    """Base of sheets of tiles. A subclass says how large a tile is and paints one.

    `chosen` comes when a tile is clicked or walked to, `activated` with Enter or a double click, `hovered` with the
    tile under the mouse (−1 for none) and the place inside it.
    """

    chosen = Signal(int)
    activated = Signal(int)
    hovered = Signal(int, QPointF)

    def __init__(self, name: str, *, gap_px: int = 8, is_strip: bool = False) -> None:
        super().__init__()
        self._count, self._columns, self._chosen, self._under = 0, 1, -1, -1
        self._tile = QSize(1, 1)
        self._gap_px = gap_px
        self._is_strip = is_strip
        self._canvas = _Canvas(self)
        self._canvas.setAccessibleName(name)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(self._canvas)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        (self.setVerticalScrollBarPolicy if is_strip else self.setHorizontalScrollBarPolicy)(off)
        theme.changed.connect(self._canvas.update)

    def set_count(self, count: int) -> None:
        """Show this many tiles; the chosen one stays if it is still there."""
        self._count = count
        self._under = -1
        self._chosen = self._chosen if self._chosen < count else -1
        self.arrange()

    def count(self) -> int:
        """How many tiles there are."""
        return self._count

    def set_chosen(self, index: int) -> None:
        """Choose a tile without telling, and bring it into view; −1 chooses none."""
        self._chosen = index if 0 <= index < self._count else -1
        if self._chosen >= 0:
            rect = self.tile_rect(self._chosen)
            self.ensureVisible(rect.center().x(), rect.center().y(), rect.width() // 2 + 4, rect.height() // 2 + 4)
            self._canvas.setAccessibleDescription(self.describe(self._chosen))
        self._canvas.update()

    def current(self) -> int:
        """The chosen tile, −1 for none."""
        return self._chosen

    def step(self, by: int) -> None:
        """Choose the tile that many places further on, and tell."""
        if self._count:
            self.choose(min(max(self._chosen + by, 0), self._count - 1))

    def choose(self, index: int) -> None:
        """Choose a tile and tell."""
        is_new = index != self._chosen
        self.set_chosen(index)
        if is_new:
            self.chosen.emit(index)

    def tile_rect(self, index: int) -> QRect:
        """Where a tile lies on the canvas."""
        row, column = divmod(index, self._columns)
        x = RING_PX + column * (self._tile.width() + self._gap_px)
        y = RING_PX + row * (self._tile.height() + self._gap_px)
        return QRect(QPoint(x, y), self._tile)

    def tile_at(self, place: QPointF) -> int:
        """The tile at a place on the canvas, −1 for a gap."""
        column = int((place.x() - RING_PX) // (self._tile.width() + self._gap_px))
        row = int((place.y() - RING_PX) // (self._tile.height() + self._gap_px))
        index = row * self._columns + column
        is_inside = 0 <= column < self._columns and row >= 0 and 0 <= index < self._count
        return index if is_inside and self.tile_rect(index).contains(place.toPoint()) else -1

    def canvas(self) -> QWidget:
        """What the tiles are painted on; clicks and keys go there."""
        return self._canvas

    def arrange(self) -> None:
        """Lay the tiles out anew in the room there is."""
        room = self.viewport().size() - QSize(2 * RING_PX, 2 * RING_PX)
        if room.width() <= 0 or room.height() <= 0:
            return
        self._tile = self.tile_size(room)
        self._columns = max(1, self._count if self._is_strip else self.column_count(room, self._tile))
        rows = math.ceil(self._count / self._columns)
        used = min(self._columns, max(self._count, 1))
        self._canvas.setFixedSize(
            2 * RING_PX + used * (self._tile.width() + self._gap_px) - self._gap_px,
            2 * RING_PX + max(rows * (self._tile.height() + self._gap_px) - self._gap_px, 0),
        )
        self._canvas.update()

    # What a subclass says -------------------------------------------------------------------------------------

    def tile_size(self, room: QSize) -> QSize:
        """How large a tile is, given the room for all."""
        raise NotImplementedError

    def column_count(self, room: QSize, tile: QSize) -> int:
        """How many tiles stand in a row."""
        return (room.width() + self._gap_px) // (tile.width() + self._gap_px)

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        """Paint one tile."""
        raise NotImplementedError

    def describe(self, index: int) -> str:
        """One tile in words: its tooltip, and what a screen reader says."""
        return ""

    def ring_radius(self) -> float:
        """How round the corners of the ring are around the chosen tile: as those of what it lies around."""
        return 4.0

    # Events, handed on by the canvas --------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def paint(self, painter: QPainter, dirty: QRect) -> None:
        """Paint the tiles that touch `dirty`."""
        for index in range(self._count):
            rect = self.tile_rect(index)
            if rect.intersects(dirty):
                self.paint_tile(painter, index, QRectF(rect))
                self._paint_ring(painter, index, rect)

    def _paint_ring(self, painter: QPainter, index: int, rect: QRect) -> None:
        if index != self._chosen and index != self._under:
            return
        role = "accent" if index == self._chosen else "muted"
        is_strong = index == self._chosen and self._canvas.hasFocus()
        painter.setPen(QPen(theme.color(role), RING_PX if index == self._chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        edge = 1.0 if is_strong else 0.5
        radius = self.ring_radius()
        painter.drawRoundedRect(QRectF(rect).adjusted(-edge, -edge, edge, edge), radius, radius)

    def mouse_moved(self, place: QPointF) -> None:
        """Follow the mouse over the tiles."""
        index = self.tile_at(place)
        if index != self._under:
            self._under = index
            self._canvas.update()
        inner = place - QPointF(self.tile_rect(index).topLeft()) if index >= 0 else QPointF()
        self.hovered.emit(index, inner)

    def key_pressed(self, key: int) -> bool:
        """Walk the tiles; False if the key means nothing here."""
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_Home: -self._count,
            Qt.Key.Key_End: self._count,
        }
        is_across = key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen >= 0:
            self.activated.emit(self._chosen)
            return True
        if key not in steps or (self._is_strip and is_across):
            return False
        self.step(steps[Qt.Key(key)])
        return True


class _Canvas(QWidget):
    """What lies inside the scroll area; hands everything on to its sheet."""

    def __init__(self, sheet: TileSheet) -> None:
        super().__init__()
        self._sheet = sheet
        set_role(self, "plain")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.installEventFilter(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._sheet.paint(painter, event.rect())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._sheet.mouse_moved(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._sheet.mouse_moved(QPointF(-1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._sheet.tile_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._sheet.choose(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._sheet.tile_at(event.position())
        if index >= 0:
            self._sheet.activated.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._sheet.key_pressed(event.key()):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._sheet.tile_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain(self._sheet.describe(index)) if index >= 0 else "", self)
            return True
        return False
