"""A picture as large as its room: sharp squares when enlarged, and a second picture laid over it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage


class Picture(QWidget):
    """Shows a uint8 picture and, if set, an overlay. Reports the pixel under the mouse as (row, column)."""

    hovered = Signal(int, int)
    clicked = Signal(int, int)

    def __init__(self, name: str = "Picture", *, minimum_px: int = 64, is_square: bool = True) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._overlay: QImage | None = None
        self._opacity = 0.6
        self._marks: list[QRectF] = []
        self._is_square = is_square
        self._minimum_px = minimum_px
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(is_square)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)
        self.setAccessibleName(name)

    def set_pixels(self, pixels: Pixels | None) -> None:
        """Show a picture: uint8, (H, W) or (H, W, 1|3); None shows nothing."""
        self._image = None if pixels is None else to_qimage(pixels)
        self.updateGeometry()
        self.update()

    def set_overlay(self, pixels: Pixels | None, opacity: float = 0.6) -> None:
        """Lay a picture over it, stretched to the same rectangle; a fourth channel is its transparency."""
        self._overlay = None if pixels is None else to_qimage(pixels)
        self._opacity = opacity
        self.update()

    def set_marks(self, boxes: list[tuple[float, float, float, float]]) -> None:
        """Outline boxes given as (row, column, height, width) in pixels of the picture."""
        self._marks = [QRectF(column, row, width, height) for row, column, height, width in boxes]
        self.update()

    def image(self) -> QImage | None:
        """What is shown, without the overlay."""
        return self._image

    def copy_to_clipboard(self) -> None:
        """Put what is on the screen (with overlay) on the clipboard as an image."""
        QApplication.clipboard().setPixmap(self.grab(self.picture_rect().toRect()))

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the widget: centred, its proportions kept."""
        if self._image is None or self._image.isNull():
            return QRectF()
        scale = min(self.width() / self._image.width(), self.height() / self._image.height())
        if scale > 2:
            # Whole device pixels for each pixel: no square is wider than its neighbour.
            ratio = self.devicePixelRatioF()
            scale = int(scale * ratio) / ratio
        size = QSize(round(self._image.width() * scale), round(self._image.height() * scale))
        return QRectF(
            (self.width() - size.width()) // 2, (self.height() - size.height()) // 2, size.width(), size.height()
        )

    def sizeHint(self) -> QSize:
        return QSize(max(self._minimum_px, 160), max(self._minimum_px, 160))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._minimum_px, self._minimum_px)

    def heightForWidth(self, width: int) -> int:
        if self._image is None or not self._is_square:
            return width
        return round(width * self._image.height() / self._image.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self.picture_rect()
        if self._image is None:
            painter.fillRect(self.rect(), theme.color("sunken"))
            return
        self._draw(painter, rect, self._image)
        if self._overlay is not None:
            painter.setOpacity(self._opacity)
            self._draw(painter, rect, self._overlay)
            painter.setOpacity(1.0)
        self._draw_marks(painter, rect)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._tell(self.hovered, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._tell(self.clicked, event.position())

    def _draw(self, painter: QPainter, rect: QRectF, image: QImage) -> None:
        is_shrunk = rect.width() * self.devicePixelRatioF() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        painter.drawImage(rect, image)

    def _draw_marks(self, painter: QPainter, rect: QRectF) -> None:
        if self._image is None or not self._marks:
            return
        scale = rect.width() / self._image.width()
        painter.setPen(theme.series_pen(0))
        for mark in self._marks:
            corner = rect.topLeft() + mark.topLeft() * scale
            painter.drawRect(QRectF(corner, mark.size() * scale))

    def _tell(self, signal: object, position: QPointF) -> None:
        rect = self.picture_rect()
        if self._image is None or not rect.contains(position):
            return
        column = int((position.x() - rect.x()) / rect.width() * self._image.width())
        row = int((position.y() - rect.y()) / rect.height() * self._image.height())
        signal.emit(min(row, self._image.height() - 1), min(column, self._image.width() - 1))  # type: ignore[attr-defined]
