"""The feature maps of a network as boxes, drawn to scale, as the lectures do."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QScrollArea, QToolTip, QVBoxLayout, QWidget

from cnnstudio.gui.canvas.volumes import Volume
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.labels import Label, plain
from cnnstudio.network.shapes import shape_text

GAP_PX, SIDE_PX, TEXT_PX = 46.0, 24.0, 54.0
# Depth is drawn backwards to the upper right, shortened as in an oblique projection.
SLANT = QPointF(0.42, -0.30)
MAX_SIDE_PX = 190.0
MIN_THICK_PX, MAX_THICK_PX = 2.0, 150.0
MAX_TEXT_PX, FEW = 84, 10
LEAST_PX = 3.0


@dataclass(frozen=True)
class Placed:
    """A volume with its place: `face` is its front, `thick` its channels' extent to the right."""

    volume: Volume
    face: QRectF
    thick: float
    column: QRectF

    @property
    def depth(self) -> QPointF:
        """From the front's lower left corner to the one behind it: the map's width, drawn backwards."""
        return SLANT * self.face.height()


class VolumesView(QWidget):
    """Draws volumes from left to right in an area that scrolls; a click reports the layer."""

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.picture = VolumesPicture()
        self.picture.layer_chosen.connect(self.layer_chosen)
        self._scale = Label("", "small", wrap=True)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.picture)
        set_role(self.picture, "plain")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(area, 1)
        box.addWidget(self._scale)
        theme.changed.connect(self.picture.update)

    def set_volumes(self, found: Sequence[Volume], chosen: str | None = None) -> None:
        """Show these; the one that holds the chosen layer is marked."""
        self.picture.set_volumes(found, chosen)
        self._scale.set_text(self.picture.scale_text())


class VolumesPicture(QWidget):
    """The boxes themselves."""

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._volumes: tuple[Volume, ...] = ()
        self._chosen: str | None = None
        self._placed: list[Placed] = []
        self.setMouseTracking(True)
        font = self.font()
        font.setPixelSize(theme.tokens.size.small)
        self.setFont(font)
        self.setAccessibleName("Volumes of the network")

    def set_volumes(self, found: Sequence[Volume], chosen: str | None) -> None:
        """Show these, drawn to one common scale."""
        self._volumes, self._chosen = tuple(found), chosen
        self._place()
        self.setMinimumSize(self.sizeHint())
        self.update()

    def placed(self) -> list[Placed]:
        """Where each volume is drawn."""
        return self._placed

    def scale_text(self) -> str:
        """The scale in words."""
        if not self._volumes:
            return ""
        parts = []
        if self._side_scale:
            parts.append(f"Height and depth: {self._side_scale:.2g} px for one pixel of a map")
            parts.append(f"width: {self._channel_scale:.2g} px a channel")
        if self._vector_scale:
            parts.append(f"bars: {self._vector_scale:.2g} px a value")
        return "To scale. " + " · ".join(parts) + f". At least {LEAST_PX:.0f} px are drawn."

    def sizeHint(self) -> QSize:
        right = max((placed.column.right() for placed in self._placed), default=200.0)
        return QSize(round(right + SIDE_PX), round(MAX_SIDE_PX * (1 - SLANT.y()) + TEXT_PX + 2 * SIDE_PX))

    def resizeEvent(self, event: object) -> None:
        self._place()

    def _place(self) -> None:
        """Side by side, smaller where they would be wider than the window, but not so small that nothing is seen."""
        for shrink in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5):
            self._set_scales(shrink)
            if self._place_all() <= self.width():
                return

    def _place_all(self) -> float:
        """Place everything at the scales that are set; returns the width that it takes."""
        x, self._placed = SIDE_PX, []
        middle = max(self.height(), self.sizeHint().height()) / 2 - TEXT_PX / 2 + 10
        for volume in self._volumes:
            height, thick = self._size_of(volume)
            reach = thick + SLANT.x() * (height if len(volume.shape) == 3 else 10)
            width = max(reach, self._text_width(volume))
            left = x + (width - reach) / 2
            face = QRectF(left, middle - height / 2, thick, height)
            self._placed.append(Placed(volume, face, thick, QRectF(x, 0, width, self.height())))
            x += width + self._gap
        taken = x - self._gap + SIDE_PX
        spare = (self.width() - taken) / 2
        if spare > 0:
            self._placed = [
                Placed(p.volume, p.face.translated(spare, 0), p.thick, p.column.translated(spare, 0))
                for p in self._placed
            ]
        return taken

    def _set_scales(self, shrink: float) -> None:
        maps = [volume.shape for volume in self._volumes if len(volume.shape) == 3]
        vectors = [volume.shape[0] for volume in self._volumes if len(volume.shape) == 1]
        self._side_scale = shrink * MAX_SIDE_PX / max(max(shape[1:]) for shape in maps) if maps else 0.0
        most = max((shape[0] for shape in maps), default=1)
        self._channel_scale = shrink * min(4.0, MAX_THICK_PX / most) if maps else 0.0
        self._vector_scale = min(4.0, MAX_SIDE_PX / max(vectors)) if vectors else 0.0
        self._gap = GAP_PX * shrink * shrink

    def _size_of(self, volume: Volume) -> tuple[float, float]:
        """Height and thickness in px."""
        if len(volume.shape) == 1:
            return max(LEAST_PX, volume.shape[0] * self._vector_scale), 8.0
        channels, height, _ = volume.shape
        return max(LEAST_PX, height * self._side_scale), max(MIN_THICK_PX, channels * self._channel_scale)

    def _text_width(self, volume: Volume) -> float:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(text) for text in self._texts(volume))
        shape = metrics.horizontalAdvance(shape_text(volume.shape))
        return float(max(shape, min(widest, MAX_TEXT_PX)))

    def _texts(self, volume: Volume) -> list[str]:
        """Shape, name, and how many layers more; without the last where many volumes stand close."""
        texts = [shape_text(volume.shape), volume.ids[0]]
        more = len(volume.ids) - 1
        if more and len(self._volumes) <= FEW:
            texts.append(volume.ids[1] if more == 1 else f"+ {more} layers")
        return texts

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for before, placed in zip([None, *self._placed], self._placed, strict=False):
            self._paint_box(painter, placed)
            if before is not None:
                self._paint_window(painter, before, placed)
        for placed in self._placed:
            self._paint_texts(painter, placed)

    def _paint_box(self, painter: QPainter, placed: Placed) -> None:
        is_chosen = self._chosen in placed.volume.ids
        color = theme.color(f"layer.{placed.volume.category}")
        painter.setPen(theme.color("accent") if is_chosen else _mixed(color, theme.color("surface"), 0.15))
        face, depth = placed.face, placed.depth if len(placed.volume.shape) == 3 else QPointF(0, 0)
        tints = (0.62, 0.74, 0.5) if not is_chosen else (0.45, 0.6, 0.35)
        top = [face.topLeft(), face.topRight(), face.topRight() + depth, face.topLeft() + depth]
        side = [face.topRight(), face.bottomRight(), face.bottomRight() + depth, face.topRight() + depth]
        front = [face.topLeft(), face.topRight(), face.bottomRight(), face.bottomLeft()]
        for tint, corners in zip(tints, (front, top, side), strict=True):
            painter.setBrush(_mixed(color, theme.color("surface"), tint))
            painter.drawPolygon(QPolygonF(corners))

    def _paint_window(self, painter: QPainter, before: Placed, placed: Placed) -> None:
        """The kernel on the map before, and the lines along which it becomes one value of the next map."""
        kernel = placed.volume.kernel
        if kernel is None:
            return
        across = before.volume.shape[2]
        face, depth = before.face, before.depth
        height = min(1.0, kernel[0] / before.volume.shape[1]) * face.height()
        back = depth * min(1.0, kernel[1] / across)
        # On the right side of the box, a bit below its middle, so that the lines stay clear of the edges.
        corner = face.topRight() + depth * 0.4 + QPointF(0, face.height() * 0.45)
        window = [corner, corner + QPointF(0, height), corner + back + QPointF(0, height), corner + back]
        painter.setPen(theme.color("text"))
        painter.setBrush(theme.color("surface", 0.55))
        painter.drawPolygon(QPolygonF(window))
        goal = placed.face.topLeft() + QPointF(0, placed.face.height() * 0.55)
        painter.setPen(theme.color("muted", 0.8))
        for point in window[1:]:
            painter.drawLine(point, goal)

    def _paint_texts(self, painter: QPainter, placed: Placed) -> None:
        bottom = self._text_top()
        line = self.fontMetrics().height()
        for i, text in enumerate(self._texts(placed.volume)):
            role = "muted" if i else "text"
            painter.setPen(theme.color("accent" if self._chosen in placed.volume.ids else role))
            rect = QRectF(placed.column.left() - 4, bottom + i * line, placed.column.width() + 8, line)
            shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(rect.width()))
            painter.drawText(rect, Qt.AlignmentFlag.AlignHCenter, shown)

    def _text_top(self) -> float:
        return max((placed.face.bottom() for placed in self._placed), default=0.0) + 14

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            placed = self._at(QPointF(event.pos()))
            text = plain("\n".join(placed.volume.ids[:12])) if placed else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        placed = self._at(event.position())
        if placed is not None:
            self.layer_chosen.emit(placed.volume.ids[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_over = self._at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor)

    def _at(self, point: QPointF) -> Placed | None:
        return next((placed for placed in self._placed if placed.column.contains(point)), None)


def _mixed(color: QColor, other: QColor, share: float) -> QColor:
    keep = 1 - share
    return QColor.fromRgbF(
        color.redF() * keep + other.redF() * share,
        color.greenF() * keep + other.greenF() * share,
        color.blueF() * keep + other.blueF() * share,
    )
