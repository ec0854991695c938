"""Large buttons of the first page: a tile with icon, title and sentence; a row with name and place."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from cnnstudio.gui.icons import paint_icon
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import press_on_enter

PADDING_PX, ICON_PX, GAP_PX = 16, 32, 12
TILE_SIZE = QSize(260, 184)
ROW_PX = 44
SAMPLE_PX, SAMPLE_GAP_PX = 40, 6
WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class SurfaceButton(QAbstractButton):
    """A surface that can be pressed: its border tells hover and focus. Base of tile and row."""

    def __init__(self, title: str, text: str, icon: str, tooltip: str) -> None:
        super().__init__()
        self._text, self._icon = text, icon
        self.setText(title)
        self.setToolTip(tooltip)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        press_on_enter(self)

    def _paint_surface(self, painter: QPainter, fill: str) -> None:
        radius = theme.tokens.size.card_radius
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isDown():
            fill = "pressed"
        pen = QPen(theme.color("accent" if self.hasFocus() or self.underMouse() else "border"))
        pen.setWidth(2 if self.hasFocus() else 1)
        painter.setPen(pen)
        painter.setBrush(theme.color(fill))
        inset = pen.width() / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)

    def _bold(self, size_px: int) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        font.setPixelSize(size_px)
        return font


class TileButton(SurfaceButton):
    """Icon, title, sentence, and a row of samples; `is_main` marks the one to begin with."""

    def __init__(self, title: str, text: str, icon: str, tooltip: str, *, is_main: bool = False) -> None:
        super().__init__(title, text, icon, tooltip)
        self._is_main = is_main
        self._samples: QPixmap | None = None
        self._sample_icons: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_samples(self, strip: QPixmap) -> None:
        """Show square pictures, given side by side in one strip; as many as there is room for."""
        self._samples = strip
        self.update()

    def set_sample_icons(self, names: Sequence[str]) -> None:
        """Show icons in the place of pictures."""
        self._sample_icons = tuple(names)
        self.update()

    def sizeHint(self) -> QSize:
        return TILE_SIZE

    def minimumSizeHint(self) -> QSize:
        return QSize(200, TILE_SIZE.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_surface(painter, "accent_soft" if self._is_main else "surface")
        role = "accent" if self._is_main else "muted"
        corner = QPoint(PADDING_PX, PADDING_PX)
        paint_icon(painter, self._icon, QRectF(corner, QSize(ICON_PX, ICON_PX)), theme.color(role))
        room = QRect(PADDING_PX, PADDING_PX + ICON_PX + GAP_PX, self.width() - 2 * PADDING_PX, self.height())
        painter.setFont(self._bold(theme.tokens.size.text + 2))
        painter.setPen(theme.color("text"))
        used = painter.boundingRect(room, WRAPPED, self.text())
        painter.drawText(room, WRAPPED, self.text())
        painter.setFont(self.font())
        painter.setPen(theme.color("text" if self._is_main else "muted"))
        painter.drawText(room.translated(0, used.height() + 4), WRAPPED, self._text)
        self._paint_samples(painter)

    def _paint_samples(self, painter: QPainter) -> None:
        top = self.height() - PADDING_PX - SAMPLE_PX
        fit = (self.width() - 2 * PADDING_PX + SAMPLE_GAP_PX) // (SAMPLE_PX + SAMPLE_GAP_PX)
        places = [QRect(PADDING_PX + i * (SAMPLE_PX + SAMPLE_GAP_PX), top, SAMPLE_PX, SAMPLE_PX) for i in range(fit)]
        if self._samples is not None:
            side = self._samples.height()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, side > SAMPLE_PX)
            for number, place in enumerate(places[: self._samples.width() // side]):
                painter.drawPixmap(place, self._samples, QRect(number * side, 0, side, side))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken"))
        for name, place in zip(self._sample_icons, places, strict=False):
            painter.drawRoundedRect(place, 4, 4)
            paint_icon(painter, name, QRectF(place).adjusted(9, 9, -9, -9), theme.color("muted"))


class RowButton(SurfaceButton):
    """Icon, name, and place at the right, elided in its middle."""

    def __init__(self, title: str, text: str, icon: str, tooltip: str) -> None:
        super().__init__(title, text, icon, tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(320, ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_surface(painter, "surface" if self.isEnabled() else "bg")
        paint_icon(painter, self._icon, QRectF(PADDING_PX, (ROW_PX - 20) / 2, 20, 20), theme.color("muted"))
        room = self.rect().adjusted(PADDING_PX + 32, 0, -PADDING_PX, 0)
        painter.setFont(self._bold(theme.tokens.size.text))
        painter.setPen(theme.color("text" if self.isEnabled() else "muted"))
        middle = Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width() // 2)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, name)
        free = room.width() - painter.fontMetrics().horizontalAdvance(name) - 24
        painter.setFont(self.font())
        painter.setPen(theme.color("muted"))
        place = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, free)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, place)
