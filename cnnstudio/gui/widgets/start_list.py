"""Networks to start from: each architecture with year, depth and parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import plain

ROW_PX = 28
_START = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Start:
    """One architecture.

    Args:
        name: Its key.
        title: How people write it.
        facts: Year, weight layers, parameters in one line, or why it can't be used here; the longest form first.
        about: What is new in it.
        can_be_used: False if the data's images are too small for it.
    """

    name: str
    title: str
    facts: tuple[str, ...]
    about: str
    can_be_used: bool = True


class StartList(QListWidget):
    """A list of architectures; `picked` brings the name of the one that was clicked."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._current = ""
        self.setAccessibleName("Architectures to start from")
        self.setToolTip("Click an architecture to replace the network by it; that can be undone.")
        self.setItemDelegate(StartDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.itemClicked.connect(self._on_item)
        self.itemActivated.connect(self._on_item)

    def set_starts(self, starts: Sequence[Start]) -> None:
        """Offer these."""
        self.clear()
        for start in starts:
            item = QListWidgetItem(start.title)
            item.setData(_START, start)
            item.setToolTip(plain(f"{start.about}\n{start.facts[0]}"))
            if not start.can_be_used:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)

    def starts(self) -> list[Start]:
        """What is offered."""
        return [self.item(row).data(_START) for row in range(self.count())]

    def set_current(self, name: str) -> None:
        """Mark the architecture in use."""
        if name != self._current:
            self._current = name
            self.viewport().update()

    def current_name(self) -> str:
        """The architecture that is marked."""
        return self._current

    def sizeHint(self) -> QSize:
        return QSize(240, self.count() * ROW_PX + 4)

    def _on_item(self, item: QListWidgetItem) -> None:
        start: Start = item.data(_START)
        if start.can_be_used:
            self.picked.emit(start.name)


class StartDelegate(QStyledItemDelegate):
    """A row: title at the left, facts at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        start: Start = index.data(_START)
        rect: QRect = option.rect
        state = option.state
        view = self.parent()
        is_current = isinstance(view, StartList) and view.current_name() == start.name
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_current or state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft" if is_current else "sunken"))
            painter.drawRoundedRect(rect, 6, 6)
        inner = rect.adjusted(8, 0, -8, 0)
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.color("accent" if is_current else "text" if start.can_be_used else "muted"))
        title = painter.fontMetrics().elidedText(start.title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        taken = painter.fontMetrics().horizontalAdvance(title) + 10
        font.setWeight(QFont.Weight.Normal)
        font.setPixelSize(theme.tokens.size.small)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        room = inner.width() - taken
        facts = next((text for text in start.facts if painter.fontMetrics().horizontalAdvance(text) <= room), "")
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, facts)
        painter.restore()
