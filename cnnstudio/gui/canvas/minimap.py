"""The whole graph in a corner, with the part that is seen; a click or drag goes there."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from cnnstudio.gui.canvas.drawing import Drawing
from cnnstudio.gui.canvas.look import Look

MAX_SIZE = QSize(150, 170)
PAD = 8.0


class MiniMap(QWidget):
    """A small picture of a drawing. It is as large as the drawing's proportions need."""

    went_to = Signal(QPointF)

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._look, self._drawing, self._seen = look, Drawing(), QRectF()
        self._picture: QPixmap | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("The whole network; click or drag to go there.")
        self.setAccessibleName("Mini-map")

    def set_drawing(self, drawing: Drawing, content: QRectF, look: Look) -> None:
        """Show another drawing."""
        self._drawing, self._look, self._content = drawing, look, content
        self._picture = None
        size = content.size()
        if not size.isEmpty():
            size.scale(MAX_SIZE.width() - 2 * PAD, MAX_SIZE.height() - 2 * PAD, Qt.AspectRatioMode.KeepAspectRatio)
            self.setFixedSize(max(44, round(size.width() + 2 * PAD)), max(44, round(size.height() + 2 * PAD)))
        self.update()

    def set_seen(self, seen: QRectF, *, has_room: bool = True) -> None:
        """Outline the part that the window shows; hide while it shows everything or has no room for a map."""
        self._seen = seen
        self.setVisible(has_room and not self._drawing.rect.isEmpty() and not seen.contains(self._drawing.rect))
        self.update()

    def sizeHint(self) -> QSize:
        return MAX_SIZE

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._drawing.rect.isEmpty():
            return
        if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatioF():
            self._picture = self._draw_picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.accent)
        painter.setBrush(self._look.band_fill)
        frame = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.drawRoundedRect(self._to_map(self._seen).intersected(frame), 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def _go(self, at: QPointF) -> None:
        scale, origin = self._scale_and_origin()
        self.went_to.emit((at - origin) / scale)

    def _scale_and_origin(self) -> tuple[float, QPointF]:
        """Map px = scene · scale + origin."""
        content = self._content
        room_x, room_y = self.width() - 2 * PAD, self.height() - 2 * PAD
        scale = min(room_x / max(1.0, content.width()), room_y / max(1.0, content.height()))
        return scale, QPointF(self.width() / 2, self.height() / 2) - content.center() * scale

    def _to_map(self, rect: QRectF) -> QRectF:
        scale, origin = self._scale_and_origin()
        return QRectF(rect.topLeft() * scale + origin, rect.size() * scale)

    def _draw_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = self._look
        painter.setPen(look.border)
        painter.setBrush(look.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        for frame in self._drawing.frames.values():
            painter.fillRect(self._to_map(frame.rect), look.frame_fill(frame.depth))
        for box in self._drawing.boxes.values():
            mapped = self._to_map(box.rect)
            least = QRectF(mapped.x(), mapped.y(), max(2.0, mapped.width()), max(1.0, mapped.height()))
            painter.fillRect(least, look.bad.color() if box.is_bad else look.bar(box.category))
        painter.end()
        return picture
