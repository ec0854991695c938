"""The table of runs: several rows at once, each chosen one with a dash of its curve's colour; names, tags and notes
are typed into it."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.column_room import fitting_columns, shared_widths
from cnnstudio.gui.widgets.line_looks import paint_dash
from cnnstudio.gui.widgets.table import Column, Table

MARK = QSize(22, 12)
# Of each column only so many of the longest texts are measured; the font decides which of them is the widest.
MEASURED, SAMPLED, PADDING_PX, GAP_PX = 4, 16, 24, 8


class RunTable(Table):
    """Rows that can be chosen together (`picked`); `menu_wanted` brings the place of a right click.

    Columns are as wide as their cells where there is room, within limits; where there isn't, some are left out, and
    `columns_changed` tells. Once one was dragged they stay as they are.

    Args:
        columns: What stands in the rows.
        limits_px: The least and the greatest width of each column; a least of 0 for one whose texts are never cut.
        leaving: The columns that are left out where there is no room, the one that is missed least first.
    """

    picked = Signal(list)
    menu_wanted = Signal(QPoint)
    columns_changed = Signal()

    def __init__(
        self, columns: Sequence[Column], limits_px: Sequence[tuple[int, int]], leaving: Sequence[int] = ()
    ) -> None:
        super().__init__(columns, "Runs", "Enter or a double click looks inside the run; F2 renames it.")
        self._marks: dict[int, int] = {}
        self._shown = -1
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.SelectedClicked)
        self.setIconSize(MARK)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_wanted)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(True)
        header.setStretchLastSection(True)
        self._limits_px, self._leaving = tuple(limits_px), tuple(leaving)
        self._ticked: tuple[int, ...] | None = None
        self._empty: frozenset[int] = frozenset()
        self._wanted_px = [least for least, _ in limits_px]
        self._titles_px: dict[int, int] = {}
        self._is_dragged = self._is_sharing = False
        self._share_width()
        header.sectionResized.connect(self._on_resized)
        self.setCornerWidget(QWidget())
        self.selectionModel().selectionChanged.connect(self._on_selection)
        theme.changed.connect(self._draw_marks)

    def set_rows(self, rows: Sequence[Sequence[Any]]) -> None:
        super().set_rows(rows)
        self._empty = frozenset(column for column in self._leaving if not any(row[column] for row in rows))
        self._wanted_px = [self._wanted(column, rows) for column in range(len(self._limits_px))]
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def set_columns(self, columns: Sequence[int] | None) -> None:
        """Show these columns, or as many as fit."""
        self._ticked = None if columns is None else tuple(columns)
        self._is_dragged = False
        self._share_width()

    def shown_columns(self) -> list[int]:
        """The columns that are shown, in the order in which they were given."""
        return [column for column in range(len(self._limits_px)) if not self.isColumnHidden(column)]

    def is_fitting(self) -> bool:
        """True while the table itself chooses the columns for which there is room."""
        return self._ticked is None

    def _wanted(self, column: int, rows: Sequence[Sequence[Any]]) -> int:
        """The width of a column's longest texts, or of some of its numbers; all cells of 500 rows would take 100 ms."""
        metrics, described = self.fontMetrics(), self._model.columns[column]
        values = [row[column] for row in rows if row[column] is not None]
        if values and isinstance(values[0], str):
            values = sorted(set(values), key=len)[-MEASURED:]
        longest = [described.text(value) for value in values[:: max(1, len(values) // SAMPLED)]]
        mark_px = MARK.width() + GAP_PX if column == 0 else 0
        texts_px = [metrics.horizontalAdvance(text) + mark_px for text in longest]
        least, most = self._limits_px[column]
        title_px = self._title(column)
        if rows and least and not any(longest):
            # Tags and notes that nobody wrote leave their room to the names.
            return title_px
        return min(most, max(least, title_px, max(texts_px, default=0) + PADDING_PX))

    def _title(self, column: int) -> int:
        """The width of a heading; Qt says 0 of one that is hidden."""
        if not self.isColumnHidden(column):
            self._titles_px[column] = self.horizontalHeader().sectionSizeHint(column)
        return self._titles_px[column]

    def _share_width(self) -> None:
        """Give each column what it wants; where that is too much, some go, then the widest give way first."""
        if self._is_dragged or not self._model.rowCount():
            return
        pairs = zip(self._limits_px, self._wanted_px, strict=True)
        least = [min(least, wanted) if least else wanted for (least, _), wanted in pairs]
        room, before = self.viewport().width(), self.shown_columns()
        shown = list(self._ticked) if self._ticked is not None else fitting_columns(least, self._order(), room)
        widths = shared_widths([self._wanted_px[one] for one in shown], [least[one] for one in shown], room)
        self._is_sharing = True
        for column in range(len(least)):
            self.setColumnHidden(column, column not in shown)
        for column, width_px in zip(shown, widths, strict=True):
            self.horizontalHeader().resizeSection(column, width_px)
        self._is_sharing = False
        if shown != before:
            self.columns_changed.emit()

    def _order(self) -> list[int]:
        """Who leaves first: what is empty in each row; what the rows are sorted by stays, to be seen."""
        sorted_by = self.horizontalHeader().sortIndicatorSection()
        leaving = [column for column in self._leaving if column != sorted_by]
        return sorted(leaving, key=self._empty.__contains__, reverse=True)

    def _on_resized(self, column: int, before_px: int, now_px: int) -> None:
        # The last column follows the width of the table by itself; one that goes tells so a moment later, as width 0.
        header = self.horizontalHeader()
        is_last = column == max(self.shown_columns(), key=header.visualIndex, default=-1)
        is_by_itself = self._is_sharing or is_last or self.isColumnHidden(column)
        self._is_dragged = self._is_dragged or not is_by_itself

    def picked_rows(self) -> list[int]:
        """The chosen rows, in the order in which they were given."""
        rows = self.selectionModel().selectedRows()
        return sorted(self._sorted.mapToSource(index).row() for index in rows)

    def pick(self, rows: Sequence[int], current: int) -> None:
        """Choose these rows without telling; `current` (or -1) has the focus."""
        selection, model = QItemSelection(), self.selectionModel()
        for row in rows:
            index = self._sorted.mapFromSource(self._model.index(row, 0))
            if index.isValid():
                selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        model.blockSignals(True)
        if current >= 0:
            model.setCurrentIndex(self._sorted.mapFromSource(self._model.index(current, 0)), flags.NoUpdate)
        model.select(selection, flags.ClearAndSelect | flags.Rows)
        model.blockSignals(False)
        if current >= 0 and current != self._shown:
            self.scrollTo(self.currentIndex())
        self._shown = current
        self.viewport().update()

    def pick_all(self) -> None:
        """Choose every row that is shown."""
        self.selectAll()

    def set_marks(self, looks: Mapping[int, int]) -> None:
        """Show the look (colour and style of line) of the curve of each of these rows."""
        if dict(looks) != self._marks:
            self._marks = dict(looks)
            self._draw_marks()

    def edit_cell(self, row: int, column: int) -> None:
        """Let the user type into a cell."""
        index = self._sorted.mapFromSource(self._model.index(row, column))
        self.setCurrentIndex(index)
        self.edit(index)

    def is_editing(self) -> bool:
        """True while the user types: whoever would replace the rows waits."""
        return self.state() == QAbstractItemView.State.EditingState

    def _on_selection(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        self.picked.emit(self.picked_rows())

    def _draw_marks(self) -> None:
        self._model.set_marks({row: _mark(look, self.devicePixelRatioF()) for row, look in self._marks.items()})


def _mark(look: int, ratio: float) -> QIcon:
    picture = QPixmap(MARK * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_dash(painter, QRectF(0, 0, MARK.width(), MARK.height()), look)
    painter.end()
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon
