"""Where everything stands on the page Network."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from cnnstudio.gui.canvas.canvas_card import CanvasCard
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.layer_table import LayerTable
from cnnstudio.gui.widgets.network_side import NetworkSide
from cnnstudio.gui.widgets.palette_list import PaletteList
from cnnstudio.gui.widgets.problem_list import ProblemList
from cnnstudio.gui.widgets.run_banner import RunBanner
from cnnstudio.gui.widgets.start_list import StartList

LEFT_PX, RIGHT_PX, STARTS_PX, TABLE_PX = 284, 300, 300, 230
# In a small window, as on a projector, the sides give way to the graph.
NARROW_PX, NARROW_LEFT_PX, NARROW_RIGHT_PX = 1_080, 232, 256


class NetworkLayout(QWidget):
    """Left what to begin with and what to add, in the middle the network and its table, right what is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.starts, self.palette_list = StartList(), PaletteList()
        self.canvas, self.side = CanvasCard(), NetworkSide()
        self.table, self.problems = LayerTable(), ProblemList()
        self.table_card, self.banner = Card("Layers"), RunBanner()
        self.train_button = Button("Train this network", "Go to the page Train.", role="main", icon="arrow-right")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        self._left, self._right = self._make_left(), self._make_right()
        self.resize(NARROW_PX, self.height())  # until it is known, the window is taken to be of the usual size
        self._set_sides()
        row.addWidget(self._left)
        middle = QVBoxLayout()
        middle.setSpacing(theme.tokens.size.gap)
        middle.addWidget(self.banner)
        middle.addWidget(self._make_middle(), 1)
        row.addLayout(middle, 1)
        row.addWidget(self._right)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_sides()

    def _set_sides(self) -> None:
        is_narrow = self.width() < NARROW_PX
        # On the cards: a splitter sets its own limits from theirs. Also on the splitter: it learns those of its cards
        # only after a layout of half the page.
        for widget in (self._starts, self._palette, self._left):
            widget.setFixedWidth(NARROW_LEFT_PX if is_narrow else LEFT_PX)
        self._right.setFixedWidth(NARROW_RIGHT_PX if is_narrow else RIGHT_PX)

    def _make_left(self) -> QSplitter:
        starts, palette = Card("Start from"), Card("Add a layer")
        starts.add(self.starts, 1)
        palette.add(self.palette_list, 1)
        self._starts, self._palette = starts, palette
        left = _splitter(starts, palette, (0, 1))
        left.setSizes([STARTS_PX, 10_000])
        return left

    def _make_middle(self) -> QWidget:
        self.table_card.add(self.problems)
        self.table_card.add(self.table, 1)
        middle = _splitter(self.canvas, self.table_card, (1, 0))
        middle.setSizes([10_000, TABLE_PX])
        return middle

    def _make_right(self) -> QWidget:
        right = QWidget()
        box = QVBoxLayout(right)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(self.side, 1)
        # As wide as the cards above, which leave room for the scroll bar.
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, self.side.verticalScrollBar().sizeHint().width(), 0)
        row.addWidget(self.train_button)
        box.addLayout(row)
        return right


def _splitter(upper: QWidget, lower: QWidget, stretch: tuple[int, int]) -> QSplitter:
    splitter = QSplitter(Qt.Orientation.Vertical)
    splitter.setHandleWidth(theme.tokens.size.gap)
    splitter.setChildrenCollapsible(False)
    for i, widget in enumerate((upper, lower)):
        splitter.addWidget(widget)
        splitter.setStretchFactor(i, stretch[i])
    return splitter
