"""The command palette (Ctrl+K): type a few letters of what you want to do, Enter does it."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.gui.action import Action
from cnnstudio.gui.fuzzy import best
from cnnstudio.gui.icons import paint_icon
from cnnstudio.gui.theme import set_role, theme

ROW_PX, WIDTH_PX, HEIGHT_PX = 38, 560, 420
Index = QModelIndex | QPersistentModelIndex
ACTION_ROLE = Qt.ItemDataRole.UserRole
WHY_NOT_ROLE = Qt.ItemDataRole.UserRole + 1


class _Commands(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[Action, str]] = []

    def set_rows(self, rows: list[tuple[Action, str]]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        action, why_not = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return action.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return why_not or action.tooltip
        if role == WHY_NOT_ROLE:
            return why_not
        return action if role == ACTION_ROLE else None


class _CommandDelegate(QStyledItemDelegate):
    """Icon, title, and at the right the shortcut; a disabled command is pale and says why."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        action: Action = index.data(ACTION_ROLE)
        why_not = str(index.data(WHY_NOT_ROLE))
        rect: QRect = option.rect.adjusted(4, 1, -4, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(rect, 6, 6)
        color = theme.color("muted" if why_not else "text")
        if action.icon:
            icon = QRect(rect.x() + 10, rect.center().y() - 8, 16, 16)
            paint_icon(painter, action.icon, icon.toRectF(), theme.color("muted"))
        self._paint_texts(painter, rect, action, why_not, color)
        painter.restore()

    def _paint_texts(self, painter: QPainter, rect: QRect, action: Action, why_not: str, color: Any) -> None:
        middle, metrics = Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics()
        room = rect.adjusted(38, 0, -12, 0)
        painter.setPen(color)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, action.title)
        right = why_not or shortcut_text(action)
        free = room.width() - metrics.horizontalAdvance(action.title) - 24
        painter.setPen(theme.color("muted"))
        shown = metrics.elidedText(right, Qt.TextElideMode.ElideRight, free)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, shown)


class CommandPalette(QDialog):
    """A search field over a list; `chosen` brings the action."""

    chosen = Signal(object)

    def __init__(self, actions: Sequence[Action], why_not: Callable[[Action], str], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._actions, self._why_not = tuple(actions), why_not
        set_role(self, "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Command palette")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type what you want to do")
        self.field.setAccessibleName("Search commands")
        self.field.setToolTip("Letters of a command; arrows choose, Enter runs, Esc closes.")
        self._model = _Commands()
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_CommandDelegate(self.list))
        self.list.setAccessibleName("Commands")
        self.list.setToolTip("Commands that fit; a click runs one.")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 10, 10, 10)
        box.setSpacing(8)
        box.addWidget(self.field)
        box.addWidget(self.list, 1)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._on_clicked)
        self._search("")

    def open_over(self, window: QWidget) -> None:
        """Show it at the upper middle of a window."""
        width, height = min(WIDTH_PX, window.width() - 32), min(HEIGHT_PX, window.height() - 120)
        corner = window.mapToGlobal(window.rect().topLeft())
        self.setGeometry(corner.x() + (window.width() - width) // 2, corner.y() + 56, width, height)
        self.show()
        self.field.setFocus()

    def titles(self) -> list[str]:
        """The commands that fit, best first."""
        return [action.title for action, _ in self._model.rows]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self._select(self.list.currentIndex().row() + step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex().row())
                return True
        return super().eventFilter(watched, event)

    def _search(self, text: str) -> None:
        found = best(text, self._actions, lambda action: f"{action.title} {action.menu}")
        rows = [(action, self._why_not(action)) for action in found]
        if not text:
            # What can't be done now goes to the end of the whole list, but stays where it was searched for.
            rows.sort(key=lambda row: bool(row[1]))
        self._model.set_rows(rows)
        self._select(0)

    def _select(self, row: int) -> None:
        if self._model.rows:
            self.list.setCurrentIndex(self._model.index(row % len(self._model.rows)))

    def _on_clicked(self, index: QModelIndex) -> None:
        self._run(index.row())

    def _run(self, row: int) -> None:
        if not 0 <= row < len(self._model.rows):
            return
        action, why_not = self._model.rows[row]
        if why_not:
            return
        self.close()
        self.chosen.emit(action)


def shortcut_text(action: Action) -> str:
    """The first shortcut as this system writes it."""
    if not action.shortcuts:
        return ""
    return QKeySequence(action.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
