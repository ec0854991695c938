"""A gallery of thumbnails: only what is seen is made and drawn; zoom with Ctrl and the wheel, walk with the arrows."""

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.gallery_model import Badge, GalleryItems, GalleryModel
from cnnstudio.gui.widgets.stamps import Stamps

MIN_ZOOM_PX, MAX_ZOOM_PX, ZOOM_STEP = 32, 256, 1.25
PADDING_PX, CAPTION_PX, DOT_PX, BADGE_PX, BATCH = 6, 18, 6, 16, 2_000
FADED = 0.3
Index = QModelIndex | QPersistentModelIndex


class GalleryDelegate(QStyledItemDelegate):
    """Paints one thumbnail: sharp squares when enlarged, a caption, a badge, a ring when chosen."""

    def __init__(self, model: GalleryModel) -> None:
        super().__init__()
        self._model = model
        self._stamps = Stamps()
        self.zoom_px = 72
        self.has_captions = True

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        caption = CAPTION_PX if self.has_captions else 0
        return QSize(self.zoom_px + 2 * PADDING_PX, self.zoom_px + 2 * PADDING_PX + caption)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, rect = index.row(), option.rect
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        room = QRect(rect.x() + PADDING_PX, rect.y() + PADDING_PX, self.zoom_px, self.zoom_px)
        if is_selected:
            _paint_ring(painter, rect, is_ground=True)
        badge = self._model.badge(row)
        if badge is not None and badge.is_faded:
            painter.setOpacity(FADED)
        self._paint_picture(painter, room, self._model.pixmap(row))
        painter.setOpacity(1)
        if badge is not None:
            self._paint_badge(painter, room, badge, option.font)
        if self.has_captions:
            self._paint_caption(painter, rect, self._model.caption(row), is_selected, option.font)
        if is_selected:
            _paint_ring(painter, rect, is_ground=False)

    def _paint_picture(self, painter: QPainter, room: QRect, pixmap: QPixmap) -> None:
        if pixmap.isNull():
            painter.fillRect(room, theme.color("sunken"))
            return
        scale = min(room.width() / pixmap.width(), room.height() / pixmap.height())
        size = QSize(max(1, round(pixmap.width() * scale)), max(1, round(pixmap.height() * scale)))
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawPixmap(target, pixmap)

    def _paint_caption(self, painter: QPainter, rect: QRect, text: str, is_selected: bool, font: QFont) -> None:
        size = QSize(rect.width() - 8, CAPTION_PX)

        def paint(on: QPainter) -> None:
            on.setFont(_small(font))
            shown = on.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, size.width())
            on.setPen(theme.color("text" if is_selected else "muted"))
            on.drawText(QRect(QPoint(0, 0), size), Qt.AlignmentFlag.AlignCenter, shown)

        stamp = self._stamps.stamp((text, is_selected), size, painter.device().devicePixelRatioF(), paint)
        painter.drawPixmap(rect.x() + 4, rect.bottom() - CAPTION_PX - 1, stamp)

    def _paint_badge(self, painter: QPainter, room: QRect, badge: Badge, font: QFont) -> None:
        size = QSize(room.width() - 6, BADGE_PX)

        def paint(on: QPainter) -> None:
            on.setFont(_small(font))
            _draw_badge(on, size.width(), badge)

        stamp = self._stamps.stamp(badge, size, painter.device().devicePixelRatioF(), paint)
        painter.drawPixmap(room.x() + 3, room.y() + 3, stamp)


class Gallery(QListView):
    """Thumbnails by the ten thousands; `chosen` and `activated_number` bring the number of a picture."""

    chosen = Signal(int)
    activated_number = Signal(int)
    zoomed = Signal(int)
    key_pressed = Signal(QKeyEvent)

    def __init__(
        self,
        name: str = "Pictures",
        tooltip: str = "Arrow keys walk; Ctrl and the wheel zoom.",
        *,
        several: bool = False,
    ) -> None:
        super().__init__()
        self._model = GalleryModel()
        self._delegate = GalleryDelegate(self._model)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(BATCH)
        self.setUniformItemSizes(True)
        mode = QListView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.set_zoom(self._delegate.zoom_px)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.activated.connect(self._on_activated)
        theme.changed.connect(self.viewport().update)

    def set_items(self, items: GalleryItems, *, keep_pixmaps: bool = False) -> None:
        """Show these pictures."""
        self._model.set_items(items, keep_pixmaps=keep_pixmaps)

    def count(self) -> int:
        """How many are shown."""
        return self._model.rowCount()

    def caption(self, row: int) -> str:
        """The line below a picture."""
        return str(self._model.index(row).data())

    def set_captions_shown(self, is_shown: bool) -> None:
        """Show or hide the lines below the pictures."""
        self._delegate.has_captions = is_shown
        self.set_zoom(self._delegate.zoom_px)

    def zoom(self) -> int:
        """Side of a picture in pixels."""
        return self._delegate.zoom_px

    def set_zoom(self, side_px: int) -> None:
        """Make all pictures larger or smaller."""
        side_px = min(max(side_px, MIN_ZOOM_PX), MAX_ZOOM_PX)
        is_new = side_px != self._delegate.zoom_px
        self._delegate.zoom_px = side_px
        self._fit_grid()
        self.scheduleDelayedItemsLayout()
        if is_new:
            self.zoomed.emit(side_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_grid()
        super().resizeEvent(event)

    def _fit_grid(self) -> None:
        """Spread the columns over the width: no empty strip at the right."""
        cell = self._delegate.sizeHint(QStyleOptionViewItem(), QModelIndex())
        width = self.viewport().width() - 2
        columns = max(1, width // cell.width())
        self.setGridSize(QSize(max(cell.width(), width // columns), cell.height()))

    def choose(self, number: int) -> None:
        """Select a picture by its number and scroll to it."""
        row = self._model.row_of(number)
        if row >= 0:
            index = self._model.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def current(self) -> int:
        """The number of the chosen picture, or -1."""
        index = self.currentIndex()
        return self._model.number(index.row()) if index.isValid() else -1

    def selected(self) -> list[int]:
        """The numbers of the chosen pictures, in the order of the rows."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self._model.number(row) for row in rows]

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom_by(1)
        elif event.key() == Qt.Key.Key_Minus:
            self._zoom_by(-1)
        else:
            # A view would jump to captions that begin with the key: whoever listens comes first.
            event.ignore()
            self.key_pressed.emit(event)
            if not event.isAccepted():
                super().keyPressEvent(event)

    def _zoom_by(self, steps: int) -> None:
        self.set_zoom(round(self._delegate.zoom_px * ZOOM_STEP**steps))

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self._model.number(current.row()))

    def _on_activated(self, index: QModelIndex) -> None:
        self.activated_number.emit(self._model.number(index.row()))


def _small(font: QFont) -> QFont:
    made = QFont(font)
    made.setPixelSize(theme.tokens.size.label)
    return made


def _paint_ring(painter: QPainter, rect: QRect, *, is_ground: bool) -> None:
    """The soft ground behind a chosen picture, or the ring around it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen if is_ground else QPen(theme.color("accent"), 2))
    painter.setBrush(theme.color("accent_soft") if is_ground else Qt.BrushStyle.NoBrush)
    inset = 1 if is_ground else 2
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), 6, 6)


def _draw_badge(painter: QPainter, most_px: int, badge: Badge) -> None:
    # Dot, half a dot, text, and as much air at the right as at the left.
    width = painter.fontMetrics().horizontalAdvance(badge.text) + 3.5 * DOT_PX + 1
    pill = QRectF(0, 0, min(width, most_px), BADGE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("surface"))
    painter.drawRoundedRect(pill, BADGE_PX / 2, BADGE_PX / 2)
    # Colour as a dot beside the word: on orange no text has enough contrast.
    painter.setBrush(theme.color(badge.role))
    painter.drawEllipse(QRectF(DOT_PX, (BADGE_PX - DOT_PX) / 2, DOT_PX, DOT_PX))
    painter.setPen(theme.color("text"))
    text = pill.adjusted(2.5 * DOT_PX, 0, -DOT_PX, 0)
    shown = painter.fontMetrics().elidedText(badge.text, Qt.TextElideMode.ElideMiddle, int(text.width()))
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
