"""An open group: a tinted frame around its members, with a title that closes it."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.gui.canvas.drawing import Frame
from cnnstudio.gui.canvas.look import Detail, Look

SIGN_SIDE = 14.0
FRAME_CORNER = 10.0


class FrameItem(QGraphicsItem):
    """Paints one open group behind its members."""

    def __init__(self, frame: Frame, look: Look) -> None:
        super().__init__()
        self.look = look
        self.is_chosen = self.is_hovered = False
        self.frame, self.rect = frame, QRectF()
        self.set_value(frame)

    def set_value(self, frame: Frame) -> None:
        """Show another place or title of the same group."""
        if self.frame == frame and self.rect == frame.rect:
            return
        self.prepareGeometryChange()
        self.frame, self.rect = frame, frame.rect
        self.setZValue(-10 + min(frame.depth, 9))
        room = frame.title_rect.width() - SIGN_SIDE - 7
        self._title = self.look.frame_metrics.elidedText(frame.title, Qt.TextElideMode.ElideMiddle, room)
        self.update()

    def show_rect(self, rect: QRectF) -> None:
        """Draw the frame here while it moves to its place."""
        self.prepareGeometryChange()
        self.rect = rect
        self.update()

    def mark(self, **states: bool) -> None:
        """Set is_chosen or is_hovered, and paint anew if that changes something."""
        if any(getattr(self, name) != value for name, value in states.items()):
            for name, value in states.items():
                setattr(self, name, value)
            self.update()

    def title_rect(self) -> QRectF:
        """The sign and the words: what a click on the title means, and what no wire's text may cover."""
        width = self.look.frame_metrics.horizontalAdvance(self._title) + SIGN_SIDE + 12
        height = self.frame.title_rect.height()
        return QRectF(self.rect.x() + self._inset(), self.rect.y(), width, height)

    def sign_rect(self) -> QRectF:
        """The − that closes the group."""
        top = self.rect.y() + (self.frame.title_rect.height() - SIGN_SIDE) / 2 + 1
        return QRectF(self.rect.x() + self._inset(), top, SIGN_SIDE, SIGN_SIDE)

    def _inset(self) -> float:
        return self.frame.title_rect.x() - self.frame.rect.x()

    def boundingRect(self) -> QRectF:
        """The frame with its pen."""
        return self.rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the tint, and the title when it can be read."""
        look = self.look
        painter.setPen(look.chosen_border if self.is_chosen else look.frame_border)
        painter.setBrush(look.frame_fill(self.frame.depth))
        painter.drawRoundedRect(self.rect, FRAME_CORNER, FRAME_CORNER)
        if look.detail is not Detail.SIMPLE:
            self._paint_title(painter)

    def _paint_title(self, painter: QPainter) -> None:
        sign = self.sign_rect()
        painter.setPen(self.look.accent)
        painter.setBrush(self.look.surface if self.is_hovered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(sign, 4, 4)
        middle = sign.center()
        painter.drawLine(middle - QPointF(3.5, 0), middle + QPointF(3.5, 0))
        font, metrics = self.look.frame_font, self.look.frame_metrics
        if self.look.detail is Detail.TITLE:
            room = self.frame.title_rect.width() - SIGN_SIDE - 7
            font, metrics = self.look.lone_font(self._title, room, self.frame.title_rect.height())
        painter.setFont(font)
        painter.drawText(QPointF(sign.right() + 7, middle.y() + metrics.capHeight() / 2), self._title)
