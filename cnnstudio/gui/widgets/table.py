"""A table: numbers to the right with thousands separators, sorted by their values, one row chosen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import plain

ROW_PX = 30
Index = QModelIndex | QPersistentModelIndex
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def number_text(value: Any) -> str:
    """A cell's text: 61,706 and 0.981; None is a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


@dataclass(frozen=True)
class Column:
    """One column: what stands over it, what it means, how a value is written.

    Args:
        title: Heading.
        tooltip: One sentence about the values.
        is_number: Aligned to the right.
        text: Value to what is shown; sorting goes by the value.
        role: Value to a colour role, or "".
        order: Value to what sorting goes by, where that isn't the value itself.
        is_editable: Its cells can be typed into (F2, or a click on the chosen one); `Table.edited` tells.
    """

    title: str
    tooltip: str
    is_number: bool = False
    text: Callable[[Any], str] = number_text
    role: Callable[[Any], str] | None = None
    order: Callable[[Any], Any] | None = None
    is_editable: bool = False


class TableModel(QAbstractTableModel):
    """Rows of values under columns."""

    edited = Signal(int, int, str)

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._rows: list[tuple[Any, ...]] = []
        self._marks: dict[int, QIcon] = {}
        self._ranks: dict[int, list[int]] = {}

    def set_rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """Show these rows; where their number stays, the selection stays."""
        new = [tuple(row) for row in rows]
        self._ranks = {}
        if len(new) == len(self._rows):
            changed = [place for place, (old, row) in enumerate(zip(self._rows, new, strict=True)) if old != row]
            self._rows = new
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(self.columns) - 1))
            return
        self.beginResetModel()
        self._rows = new
        self.endResetModel()

    def set_marks(self, marks: dict[int, QIcon]) -> None:
        """Put a small picture before the first cell of some rows."""
        changed = [place for place in {*marks, *self._marks} if place < len(self._rows)]
        self._marks = marks
        for place in changed:
            self.dataChanged.emit(self.index(place, 0), self.index(place, 0), [Qt.ItemDataRole.DecorationRole])

    def value(self, row: int, column: int) -> Any:
        """The value behind a cell."""
        return self._rows[row][column]

    def ranks(self, column: int) -> list[int]:
        """The place of each row in the order of a column, equal ones the same; -1 where there is nothing.

        Made once: Qt compares each row ten times.
        """
        if column not in self._ranks:
            order = self.columns[column].order
            values = [row[column] for row in self._rows]
            keys: list[Any] = [None if value is None else order(value) if order else value for value in values]
            ranks = [-1] * len(keys)
            rank, before = 0, None
            for row in sorted((row for row, key in enumerate(keys) if key is not None), key=keys.__getitem__):
                rank += before is not None and bool(keys[row] != before)
                ranks[row], before = rank, keys[row]
            self._ranks[column] = ranks
        return self._ranks[column]

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, value = self.columns[index.column()], self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(value)
        if role == Qt.ItemDataRole.UserRole:
            return value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.is_number else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(column.text(value))
        if role == Qt.ItemDataRole.ForegroundRole and column.role is not None and column.role(value):
            return theme.color(column.role(value))
        if role == Qt.ItemDataRole.EditRole:
            return column.text(value)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._marks.get(index.row())
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_editable = index.isValid() and self.columns[index.column()].is_editable
        return flags | Qt.ItemFlag.ItemIsEditable if is_editable else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell what was typed; the cell changes when whoever listens has kept it."""
        if role != Qt.ItemDataRole.EditRole or str(value) == self.data(index):
            return False
        self.edited.emit(index.row(), index.column(), str(value))
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tooltip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.is_number else LEFT
        return None


class _ByValue(QSortFilterProxyModel):
    """Sorts by values, not by how they are written; what is missing comes last. Shows the kept rows only."""

    kept: frozenset[int] | None = None

    def __init__(self, rows: TableModel) -> None:
        super().__init__()
        self.rows = rows
        self.setSourceModel(rows)

    def set_kept(self, kept: frozenset[int] | None) -> None:
        """Show these rows of the source, or all."""
        if kept != self.kept:
            self.kept = kept
            self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return self.kept is None or source_row in self.kept

    def lessThan(self, left: Index, right: Index) -> bool:
        # Not by left.data(): through Qt's variants 500 rows take 50 ms.
        ranks = self.rows.ranks(left.column())
        one, other = ranks[left.row()], ranks[right.row()]
        # Descending, Qt asks the other way round; what is missing comes last in both.
        is_descending = self.sortOrder() == Qt.SortOrder.DescendingOrder
        return one < other if is_descending or min(one, other) >= 0 else one > other


class Table(QTableView):
    """A sortable table; `chosen` and `activated_row` bring the row's number in the order it was given."""

    chosen = Signal(int)
    activated_row = Signal(int)
    edited = Signal(int, int, str)

    def __init__(self, columns: Sequence[Column], name: str, tooltip: str) -> None:
        super().__init__()
        self._model = TableModel(columns)
        self._sorted = _ByValue(self._model)
        self.setModel(self._sorted)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self._dress()
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.activated.connect(self._on_activated)
        self._model.edited.connect(self.edited)

    def set_rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """Show these rows, one value a column."""
        self._model.set_rows(rows)

    def set_sortable(self, column: int = 0, *, is_descending: bool = False) -> None:
        """Let a click on a heading sort, beginning with this column."""
        self.setSortingEnabled(True)
        self.sortByColumn(column, Qt.SortOrder.DescendingOrder if is_descending else Qt.SortOrder.AscendingOrder)

    def fit_columns(self, least_px: int, most_px: int) -> None:
        """Give each column the width of its cells, within these limits; the user can drag them."""
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column in range(self.model().columnCount()):
            width_px = max(self.sizeHintForColumn(column), header.sectionSizeHint(column)) + 12
            header.resizeSection(column, min(most_px, max(least_px, width_px)))

    def stretch_column(self, column: int) -> None:
        """Let this column take the room that the others leave; its cells wrap instead of being cut."""
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.setWordWrap(True)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setMinimumSectionSize(ROW_PX)

    def set_kept(self, rows: Iterable[int] | None) -> None:
        """Show only these rows (numbers in the order they were given), or all."""
        self._sorted.set_kept(None if rows is None else frozenset(rows))

    def choose(self, row: int) -> None:
        """Select a row by its number in the order it was given, without telling."""
        index = self._sorted.mapFromSource(self._model.index(row, 0))
        self.selectionModel().blockSignals(True)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.selectionModel().blockSignals(False)
        self.scrollTo(index)
        self.viewport().update()

    def current(self) -> int:
        """The chosen row, or -1."""
        return self._sorted.mapToSource(self.currentIndex()).row()

    def text(self, row: int, column: int) -> str:
        """What is shown in a cell, rows in the order on the screen."""
        return str(self._sorted.index(row, column).data())

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(56)

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self._sorted.mapToSource(current).row())

    def _on_activated(self, index: QModelIndex) -> None:
        self.activated_row.emit(self._sorted.mapToSource(index).row())
