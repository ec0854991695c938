"""The table of runs: several rows at once, each chosen one with a dash of its curve's colour; names, tags and notes
are typed into it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.line_looks import paint_dash
from cnnstudio.gui.widgets.table import Column, Table

MARK = QSize(22, 12)


class RunTable(Table):
    """Rows that can be chosen together (`picked`); `menu_wanted` brings the place of a right click."""

    picked = Signal(list)
    menu_wanted = Signal(QPoint)

    def __init__(self, columns: Sequence[Column], widths_px: Sequence[int]) -> None:
        super().__init__(columns, "Runs", "Enter or a double click looks inside the run; F2 renames it.")
        self._marks: dict[int, int] = {}
        self._shown = -1
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.SelectedClicked)
        self.setIconSize(MARK)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_wanted)
        # Measuring all cells of 500 rows for the width of a column takes 100 ms: widths are given, and can be dragged.
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(True)
        for column, width_px in enumerate(widths_px):
            header.resizeSection(column, width_px)
        header.setStretchLastSection(True)
        self.setCornerWidget(QWidget())
        self.selectionModel().selectionChanged.connect(self._on_selection)
        theme.changed.connect(self._draw_marks)

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
