"""Type to find a layer, Enter to add it: opens on the canvas with Tab."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.gui.canvas.choices import BlockChoice, Choice, layer_choices, search
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.labels import ElidedLabel, plain

WIDTH, ROW_PX, ROWS = 300, 30, 7
_CHOICE = Qt.ItemDataRole.UserRole


class SearchBox(QFrame):
    """A field, and the layers and blocks that fit what is typed. `picked` brings one of the choices."""

    picked = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._blocks: tuple[BlockChoice, ...] = ()
        set_role(self, "popup")
        self._place = ElidedLabel("", "small")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search a layer: conv, relu, pool …")
        self.field.setToolTip("Type a part of the name; Enter adds the chosen layer, Esc leaves.")
        self.field.setAccessibleName("Search a layer")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._fill)
        self._list = QListWidget()
        self._list.setAccessibleName("Layers found")
        self._list.setToolTip("Layers that match what is typed; Enter adds the chosen one.")
        self._list.setItemDelegate(ChoiceDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.itemClicked.connect(self._on_clicked)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        for widget in (self._place, self.field, self._list):
            box.addWidget(widget)
        self.setFixedWidth(WIDTH)
        self.hide()

    def set_blocks(self, blocks: Sequence[BlockChoice]) -> None:
        """Offer the user's own blocks, too."""
        self._blocks = tuple(blocks)

    def open_at(self, at: QPoint, place: str) -> None:
        """Open with its upper left corner near `at` (px of the parent), and say where the layer will go."""
        self._place.set_text(place)
        self.field.clear()
        self._fill()
        self.adjustSize()
        room = self._room.rect().adjusted(8, 8, -8, -8)
        rect = QRect(at, self.sizeHint())
        rect.moveRight(min(rect.right(), room.right()))
        rect.moveBottom(min(rect.bottom(), room.bottom()))
        self.move(max(room.left(), rect.left()), max(room.top(), rect.top()))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_box(self) -> None:
        """Leave without adding."""
        if self.isVisible():
            self.hide()
            self.left.emit()

    def found(self) -> list[Choice]:
        """What fits, best first."""
        return [self._list.item(row).data(_CHOICE) for row in range(self._list.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and not self.isAncestorOf(self.focusWidget() or self):
            self.close_box()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Tab: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Backtab: -1}
        if key == Qt.Key.Key_Escape:
            self.close_box()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(self._list.currentItem())
        elif key in steps and self._list.count():
            self._list.setCurrentRow((self._list.currentRow() + steps[Qt.Key(key)]) % self._list.count())
        else:
            return False
        return True

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._pick(item)

    def _pick(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            choice = item.data(_CHOICE)
            self.hide()
            self.picked.emit(choice)

    def _fill(self) -> None:
        self._list.clear()
        for choice in search((*layer_choices(), *self._blocks), self.field.text()):
            item = QListWidgetItem(choice.title)
            item.setData(_CHOICE, choice)
            item.setToolTip(plain(choice.about))
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.setFixedHeight(min(ROWS, max(1, self._list.count())) * ROW_PX + 4)
        self.adjustSize()


class ChoiceDelegate(QStyledItemDelegate):
    """A row: the category's bar, the title, and the settings that the layer starts with."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        choice: Choice = index.data(_CHOICE)  # type: ignore[attr-defined]  # a model index
        rect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        if is_current or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.color("accent_soft" if is_current else "sunken"))
            painter.drawRoundedRect(rect, 6, 6)
        painter.setBrush(theme.color(f"layer.{choice.category}"))
        painter.drawRoundedRect(QRect(rect.left() + 8, rect.top() + 8, 4, rect.height() - 16), 2, 2)
        inner = rect.adjusted(20, 0, -10, 0)
        painter.setPen(theme.color("text"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, choice.title)
        metrics = painter.fontMetrics()
        room = inner.width() - metrics.horizontalAdvance(choice.title) - 12
        label = metrics.elidedText(choice.label, Qt.TextElideMode.ElideRight, room) if room > 40 else ""
        painter.setPen(theme.color("muted"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, label)
        painter.restore()
