"""A layer, or a closed group, as a rounded box: category bar, title, label."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.gui.canvas.drawing import Box
from cnnstudio.gui.canvas.look import (
    BAR_WIDTH,
    BOX_TEXT_MARGIN,
    CORNER,
    HEAD_HEIGHT,
    SIGN_SIDE,
    TEXT_LEFT,
    WRAPPED,
    Detail,
    Look,
)

PORT_RADIUS = 5.0
MARGIN = PORT_RADIUS + 3
STACK_STEP = 3.0


class BoxItem(QGraphicsItem):
    """Paints one box; its position is the box's upper left corner, so that it can slide to a new place."""

    def __init__(self, box: Box, look: Look) -> None:
        super().__init__()
        self.setZValue(2)
        self.look = look
        self.is_chosen = self.is_hovered = self.is_target = False
        self.set_value(box)

    def set_value(self, box: Box) -> None:
        """Show another state of the same node, at its place."""
        self.setPos(box.rect.topLeft())
        known = getattr(self, "box", None)
        if known is box or known == box:
            return
        self.prepareGeometryChange()
        self.box = box
        self.area = QRectF(0, 0, box.rect.width(), box.rect.height())
        self._middle = min(HEAD_HEIGHT, self.area.height()) / 2
        self._elide()
        tip = f"{box.title}\n{box.label}" if box.label else box.title
        # Names come from files: a tooltip that looks like HTML would be drawn as HTML.
        self.setToolTip("" if not tip else _plain(tip))
        self.update()

    def _elide(self) -> None:
        look, middle = self.look, Qt.TextElideMode.ElideMiddle
        room = self.area.width() - BOX_TEXT_MARGIN - (look.sign_room if self.box.is_group else 0) + 1
        self._title = look.title_metrics.elidedText(self.box.title, middle, room)
        self._label = look.label_metrics.elidedText(self.box.label, middle, room)
        self._lone: dict[bool, tuple[QFont, str, float]] = {}

    def mark(self, **states: bool) -> None:
        """Set is_chosen, is_hovered or is_target, and paint anew if that changes something."""
        if any(getattr(self, name) != value for name, value in states.items()):
            for name, value in states.items():
                setattr(self, name, value)
            self.update()

    @property
    def port_out(self) -> QPointF:
        """Where wires leave, in scene coordinates."""
        return self.pos() + QPointF(self.area.width() / 2, self.area.height())

    @property
    def port_in(self) -> QPointF:
        """Where wires arrive, in scene coordinates."""
        return self.pos() + QPointF(self.area.width() / 2, 0)

    def boundingRect(self) -> QRectF:
        """The box with room for its ports and the pen."""
        return self.area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def sign_rect(self) -> QRectF:
        """The + of a closed group."""
        return QRectF(
            self.area.right() - SIGN_SIDE - 8,
            self._middle - SIGN_SIDE / 2,
            SIGN_SIDE,
            SIGN_SIDE,
        )

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw as much as the zoom has room for."""
        look, area = self.look, self.area
        if self.box.is_group:
            self._paint_stack(painter)
        painter.setPen(self._border())
        painter.setBrush(look.bad_fill if self.box.is_bad else look.surface)
        painter.drawRoundedRect(area, CORNER, CORNER)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.bar(self.box.category))
        painter.drawRoundedRect(QRectF(8, 9, BAR_WIDTH, area.height() - 18), 2, 2)
        if look.detail is Detail.FULL:
            self._paint_texts(painter)
        else:
            self._paint_title(painter)
        if self.box.problem:
            self._paint_problem(painter)
        if self.is_hovered or self.is_target:
            self._paint_ports(painter)

    def _border(self) -> QPen:
        look = self.look
        if self.is_chosen or self.is_target:
            return look.chosen_border
        if self.box.is_bad:
            return look.bad_border
        return look.hover_border if self.is_hovered else look.border

    def _paint_stack(self, painter: QPainter) -> None:
        painter.setPen(self.look.border)
        painter.setBrush(self.look.surface)
        for step in (2 * STACK_STEP, STACK_STEP):
            painter.drawRoundedRect(self.area.adjusted(step, step, -step, step), CORNER, CORNER)

    def _paint_texts(self, painter: QPainter) -> None:
        look, middle = self.look, self._middle
        has_label = bool(self._label)
        baseline = middle - 4 if has_label else middle + look.title_metrics.capHeight() / 2
        painter.setFont(look.title_font)
        painter.setPen(look.text)
        painter.drawText(QPointF(TEXT_LEFT, baseline), self._title)
        if has_label:
            painter.setFont(look.label_font)
            painter.setPen(look.muted)
            painter.drawText(QPointF(TEXT_LEFT, middle + look.label_metrics.ascent() + 1), self._label)
        if self.box.is_group:
            self._paint_sign(painter)

    def _paint_title(self, painter: QPainter) -> None:
        font, title, height = self._lone_title()
        painter.setFont(font)
        painter.setPen(self.look.text)
        painter.drawText(QPointF(TEXT_LEFT, self._middle + height / 2), title)

    def _lone_title(self) -> tuple[QFont, str, float]:
        """Zoomed out the title is written larger, as far as it fits: font, text, height of its capitals."""
        key = self.look.is_far
        if key not in self._lone:
            room = self.area.width() - TEXT_LEFT - 6
            font, metrics = self.look.lone_font(self.box.title, room)
            title = metrics.elidedText(self.box.title, Qt.TextElideMode.ElideMiddle, room)
            self._lone[key] = (font, title, metrics.capHeight())
        return self._lone[key]

    def _paint_problem(self, painter: QPainter) -> None:
        words = self.look.problem_rect(self.box.problem, self.area.width())
        painter.setFont(self.look.label_font)
        painter.setPen(self.look.bad)
        # 2 px more than measured: the painter's rounding must not wrap the last word into a line that isn't there.
        painter.drawText(words.translated(TEXT_LEFT, HEAD_HEIGHT).adjusted(0, 0, 2, 2), int(WRAPPED), self.box.problem)

    def _paint_sign(self, painter: QPainter) -> None:
        sign = self.sign_rect()
        painter.setPen(self.look.hover_border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(sign, 4, 4)
        middle = sign.center()
        painter.drawLine(middle - QPointF(4, 0), middle + QPointF(4, 0))
        painter.drawLine(middle - QPointF(0, 4), middle + QPointF(0, 4))

    def _paint_ports(self, painter: QPainter) -> None:
        painter.setPen(self.look.chosen_border)
        painter.setBrush(self.look.surface)
        middle = self.area.width() / 2
        if self.box.has_input:
            painter.drawEllipse(QPointF(middle, 0), PORT_RADIUS, PORT_RADIUS)
        if self.is_hovered and self.box.has_output:
            painter.drawEllipse(QPointF(middle, self.area.height()), PORT_RADIUS, PORT_RADIUS)


def _plain(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return f"<qt>{escaped}</qt>"
