"""The layers from left to right, each with its name, its output's shape and a tiny picture of what it puts out."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QImage, QPainter, QResizeEvent

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage
from cnnstudio.gui.widgets.tile_sheet import RING_PX, TileSheet

TILE = QSize(69, 100)
THUMBNAIL_PX = 48
LINE_PX = 16
GAP_PX = 4
BAR_PX = 3


@dataclass(frozen=True)
class LayerEntry:
    """One layer of the strip: its id, what it is, its output's shape in words, its category's key for the colour."""

    node: str
    label: str
    shape: str
    category: str


class LayerStrip(TileSheet):
    """The data's way through the network; `layer_chosen` names the layer."""

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("Layers", gap_px=GAP_PX, is_strip=True)
        self._entries: tuple[LayerEntry, ...] = ()
        self._thumbnails: dict[str, QImage] = {}
        self.chosen.connect(self._on_chosen)

    def set_layers(self, entries: Sequence[LayerEntry]) -> None:
        """Show these layers; thumbnails of layers of the same name stay until new ones come."""
        self._entries = tuple(entries)
        self.set_count(len(self._entries))
        self._fit_height()

    def set_thumbnails(self, thumbnails: dict[str, Pixels]) -> None:
        """Pictures of the layers' outputs, uint8 (h, w, 3 or 4)."""
        self._thumbnails = {node: to_qimage(pixels) for node, pixels in thumbnails.items()}
        self.canvas().update()

    def set_layer(self, node: str) -> None:
        """Choose a layer without telling."""
        self.set_chosen(self.nodes().index(node) if node in self.nodes() else -1)

    def layer(self) -> str:
        """The chosen layer, or nothing."""
        return self._entries[self.current()].node if self.current() >= 0 else ""

    def nodes(self) -> tuple[str, ...]:
        """The layers from left to right."""
        return tuple(entry.node for entry in self._entries)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_height()
        super().resizeEvent(event)

    def tile_size(self, room: QSize) -> QSize:
        return TILE

    def describe(self, index: int) -> str:
        entry = self._entries[index]
        return f"{entry.node}: {entry.label}. Output {entry.shape}."

    def paint_tile(self, painter: QPainter, index: int, rect: QRectF) -> None:
        entry = self._entries[index]
        is_chosen = index == self.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent_soft" if is_chosen else "sunken"))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setBrush(theme.color(f"layer.{entry.category}"))
        painter.drawRoundedRect(QRectF(rect.left() + 6, rect.top() + 5, rect.width() - 12, BAR_PX), 1.5, 1.5)
        middle = rect.left() + (rect.width() - THUMBNAIL_PX) / 2
        self._paint_thumbnail(painter, entry.node, QRectF(middle, rect.top() + 14, THUMBNAIL_PX, THUMBNAIL_PX))
        self._paint_texts(painter, entry, rect, is_chosen=is_chosen)

    def _paint_thumbnail(self, painter: QPainter, node: str, room: QRectF) -> None:
        image = self._thumbnails.get(node)
        if image is None or image.isNull():
            painter.setBrush(theme.color("border"))
            painter.drawRoundedRect(room, 3, 3)
            return
        scale = min(room.width() / image.width(), room.height() / image.height())
        place = QRectF(0, 0, image.width() * scale, image.height() * scale)
        place.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale * self.devicePixelRatioF() < 1)
        painter.drawImage(place, image)

    def _paint_texts(self, painter: QPainter, entry: LayerEntry, rect: QRectF, *, is_chosen: bool) -> None:
        font = QFont(painter.font())
        font.setPixelSize(theme.tokens.size.small)
        font.setWeight(QFont.Weight.DemiBold if is_chosen else QFont.Weight.Normal)
        top = rect.bottom() - 2 * LINE_PX - 3
        for text, role in ((entry.node, "accent" if is_chosen else "text"), (entry.shape, "muted")):
            painter.setFont(font)
            painter.setPen(theme.color(role))
            line = QRectF(rect.left() + 4, top, rect.width() - 8, LINE_PX)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(line.width()))
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)
            font.setPixelSize(theme.tokens.size.label)
            font.setWeight(QFont.Weight.Normal)
            top += LINE_PX

    def _fit_height(self) -> None:
        needed = len(self._entries) * (TILE.width() + GAP_PX)
        bar = self.horizontalScrollBar().sizeHint().height() + 2 if needed > self.width() else 0
        self.setFixedHeight(TILE.height() + 2 * RING_PX + bar)

    def _on_chosen(self, index: int) -> None:
        self.layer_chosen.emit(self._entries[index].node)
