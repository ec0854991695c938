"""The layers of a network as a table: output, cost, receptive field, and each one's share as a bar."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.column_room import fitting_columns
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.network.shapes import shape_text
from cnnstudio.network.summary import Summary, SummaryRow

SHARE_COLUMN = 5
BAR_PX, BAR_HEIGHT_PX, CELL_MARGIN_PX = 40, 6, 24
# Names need this much; where there isn't, columns go: first the share, which the MACs beside it tell too.
NAME_PX, LEAVING = 100, (SHARE_COLUMN, 4, 3)
COLUMNS = (
    Column("Layer", "Name of the layer, as in the saved weights."),
    Column(
        "Output",
        "What comes out for one image: channels × height × width, or a number of values.",
        is_number=True,
        text=shape_text,
    ),
    Column("Parameters", "Numbers that training learns in this layer.", is_number=True),
    Column("MACs", "Multiply–accumulate pairs for one image; a pair is two FLOPs.", is_number=True),
    Column(
        "Sees",
        "Receptive field: the part of the image that one output position sees, in px.",
        is_number=True,
        text=lambda field: f"{field.text} px" if field is not None else "whole image",
    ),
    Column(
        "Share of MACs",
        "This layer's part of all multiply–accumulate pairs, in %.",
        is_number=True,
        text=lambda share: share_text(share),
    ),
)


class LayerTable(Table):
    """Shows a summary; `layer_chosen` brings the id of the row that was chosen."""

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(COLUMNS, "Layers", "All layers in the order in which data flows; a click chooses the layer.")
        self._ids: tuple[str, ...] = ()
        self.setItemDelegateForColumn(SHARE_COLUMN, ShareDelegate(self))
        header = self.horizontalHeader()
        for column in range(1, SHARE_COLUMN + 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(SHARE_COLUMN, BAR_PX + 72)
        self._widths_px = [NAME_PX, *(header.sectionSize(column) for column in range(1, SHARE_COLUMN + 1))]
        self.chosen.connect(self._on_chosen)

    def set_summary(self, summary: Summary) -> None:
        """Show the layers of a network."""
        self._ids = tuple(row.id for row in summary.rows)
        rows = [_cells(row) for row in summary.rows]
        self._set_widths(rows)
        self.set_rows(rows)

    def _set_widths(self, rows: Sequence[Sequence[object]]) -> None:
        """Wide enough for the longest text; letting Qt measure all cells would take 40 ms an edit for ResNet-110."""
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        for column in range(1, SHARE_COLUMN):
            # Many layers have equal values: each is written once.
            values = {row[column] for row in rows}
            texts = [COLUMNS[column].title, *(COLUMNS[column].text(value) for value in values)]
            width = metrics.horizontalAdvance(max(texts, key=len)) + CELL_MARGIN_PX
            if width != self._widths_px[column]:
                self._widths_px[column] = width
                header.resizeSection(column, width)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show the columns for which there is room."""
        shown = fitting_columns(self._widths_px, LEAVING, self.viewport().width())
        for column in LEAVING:
            if self.isColumnHidden(column) == (column in shown):
                self.setColumnHidden(column, column not in shown)

    def row_of(self, node_id: str) -> int:
        """The row of a layer."""
        return self._ids.index(node_id)

    def choose_layer(self, node_id: str | None) -> None:
        """Select the row of a layer, without telling; None selects nothing."""
        if node_id in self._ids:
            self.choose(self._ids.index(node_id))
        else:
            self.clearSelection()

    def _on_chosen(self, row: int) -> None:
        self.layer_chosen.emit(self._ids[row])


def _cells(row: SummaryRow) -> Sequence[object]:
    is_map = len(row.output) == 3
    field = row.receptive_field if is_map else None
    return (row.id, row.output, row.parameters or None, row.macs or None, field, row.macs_share)


class ShareDelegate(QStyledItemDelegate):
    """A number with a bar before it."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        share = float(index.data(Qt.ItemDataRole.UserRole) or 0)
        if share <= 0:
            return
        cell: QRect = option.rect
        top = cell.center().y() - BAR_HEIGHT_PX / 2 + 0.5
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(QRectF(cell.left() + 12, top, BAR_PX, BAR_HEIGHT_PX), 3, 3)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(QRectF(cell.left() + 12, top, max(3.0, BAR_PX * share), BAR_HEIGHT_PX), 3, 3)
        painter.restore()


def share_text(share: float) -> str:
    """A part of the whole: 28.2 %, 100 %; a dash for nothing."""
    return ("100 %" if share > 0.9995 else f"{100 * share:.1f} %") if share else "–"


def totals_text(summary: Summary) -> str:
    """The network's sums in one line."""
    layers = f"{summary.depth} weight layer{'s' if summary.depth != 1 else ''}"
    return " · ".join(
        [
            layers,
            f"{summary.parameters:,} parameters",
            f"{short_number(summary.macs)} MACs",
            f"{bytes_text(summary.activation_bytes)} activations an image",
        ]
    )


def short_number(value: float) -> str:
    """Three digits and a letter: 61.7 k, 40.8 M, 4.09 G."""
    for limit, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            scaled = value / limit
            return f"{scaled:.{2 if scaled < 10 else 1 if scaled < 100 else 0}f} {letter}"
    return f"{value:,.0f}"
