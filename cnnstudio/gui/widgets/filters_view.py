"""The kernels of a convolution as pictures: in colour over red, green and blue, else one channel at a time."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.explain.colours import colour_table
from cnnstudio.explain.filters import colour_tiles
from cnnstudio.explain.overlay import coloured_maps
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.colour_legend import ColourLegend, value_text
from cnnstudio.gui.widgets.field_rows import FieldRows, KeyedCombo
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.map_detail import MapDetail
from cnnstudio.gui.widgets.map_grid import MapGrid
from cnnstudio.gui.widgets.numbers import WholeField
from cnnstudio.gui.widgets.side_column import SideColumn

MOST_COLUMNS = 48
ALL, ONE = "all", "one"

COLOUR_TEXT = (
    "A filter of the first layer sees red, green and blue, so it is a small picture itself: it answers most to "
    "patches that look like it."
)
SIGNED_TEXT = "Orange weights want the input bright there, blue ones dark; pale ones don't care."


class FiltersView(QWidget):
    """All filters of a layer, or the channels of one; a click enlarges a kernel."""

    def __init__(self) -> None:
        super().__init__()
        self._kernels: NDArray[np.float32] = np.zeros((0, 1, 1, 1), np.float32)
        self._is_colour = False
        self._node = ""
        self._card = Card("Filters")
        self.grid = MapGrid("Filters")
        self.grid.chosen.connect(self._on_chosen)
        self.grid.pointed.connect(self._on_pointed)
        self._card.add(self.grid, 1)
        self.shown = KeyedCombo([(ALL, "all filters"), (ONE, "one filter")])
        self.filter_number = WholeField(1, 1, "")
        self.scale = KeyedCombo([("each", "each its own"), ("common", "one for all")])
        self._legend = ColourLegend()
        self._text = Label("", "small", wrap=True)
        self.detail = MapDetail("Kernel")
        self._build()

    def set_kernels(self, node: str, kernels: NDArray[np.float32], note: str, *, is_colour: bool) -> None:
        """Show the kernels of a layer, shape (filters, channels, height, width)."""
        is_new = node != self._node
        self._node, self._kernels, self._is_colour = node, kernels, is_colour
        filters, channels, height, width = kernels.shape
        self._card.set_title(f"Filters of {node}")
        over = f"{channels:,} channel{'s' if channels > 1 else ''}"
        self._card.set_note(note or f"{filters:,} of {height}×{width} over {over}")
        self.filter_number.setRange(1, max(filters, 1))
        can_show_all = is_colour or max(filters, channels) <= MOST_COLUMNS
        self.shown.set_options([(ALL, "all filters"), (ONE, "one filter")] if can_show_all else [(ONE, "one filter")])
        self._rows.set_row_visible(self.shown, can_show_all and channels > 1 and not is_colour)
        self._show()
        if is_new or self.grid.current() < 0:
            self.grid.set_chosen(0)
            self._on_chosen(0)

    def _build(self) -> None:
        self._rows = FieldRows()
        self._rows.add_row("Show", self.shown, "All kernels of the layer, or those of one filter.")
        self._rows.add_row("Filter", self.filter_number, "Number of the filter whose kernels are shown, from 1.")
        self._rows.add_row(
            "Scale", self.scale, "Each kernel over all colours, or one scale that keeps them comparable."
        )
        self.shown.picked.connect(self._on_choice)
        self.scale.picked.connect(self._on_choice)
        self.filter_number.valueChanged.connect(self._on_choice)
        side = Card("Shown")
        for part in (self._rows, self._legend, self._text):
            side.add(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(self._card, 1)
        row.addWidget(SideColumn([side, self.detail]))

    def _show(self) -> None:
        is_one = not self._is_colour and self.shown.key() == ONE and self._kernels.shape[1] > 1
        self._rows.set_row_visible(self.filter_number, is_one)
        self._text.set_text(COLOUR_TEXT if self._is_colour else f"{SIGNED_TEXT} {self._layout_text(is_one=is_one)}")
        if self._is_colour:
            self._show_colour()
        else:
            self._show_signed(is_one=is_one)

    def _layout_text(self, *, is_one: bool) -> str:
        if is_one or self._kernels.shape[1] == 1:
            return ""
        one, other = ("column", "row") if self._is_turned() else ("row", "column")
        return f"Each {one} is a filter, each {other} one of its channels."

    def _show_colour(self) -> None:
        tiles = colour_tiles(self._kernels, self.scale.key())
        self.grid.set_tiles(tiles, [f"{number + 1}" for number in range(len(tiles))])
        self._legend.hide()

    def _show_signed(self, *, is_one: bool) -> None:
        filters, channels = self._kernels.shape[:2]
        if is_one:
            chosen = self.filter_number.value() - 1
            slices, columns = self._kernels[chosen], 0
            captions = [f"channel {number + 1}" for number in range(channels)]
        else:
            slices = self._kernels.reshape(-1, *self._kernels.shape[2:])
            columns, captions = 0, [f"{number + 1}" for number in range(filters)]
            if channels > 1:
                # One row a channel where that is the wider way, else one row a filter: cards are wider than high.
                if self._is_turned():
                    slices = self._kernels.swapaxes(0, 1).reshape(-1, *self._kernels.shape[2:])
                columns, captions = max(filters, channels), []
        tiles, low, high = coloured_maps(slices, "signed", self.scale.key())
        self.grid.set_tiles(tiles, captions, columns)
        self._legend.show()
        self._legend.set_scale(colour_table("signed"), low, high, each="kernel", has_sign=True)

    def _kernel_of(self, tile: int) -> tuple[int, int]:
        """Filter and channel of a tile."""
        channels = int(self._kernels.shape[1])
        if self._is_colour:
            return tile, 0
        if self.shown.key() == ONE and channels > 1:
            return self.filter_number.value() - 1, tile
        if self._is_turned():
            return tile % len(self._kernels), tile // len(self._kernels)
        return tile // channels, tile % channels

    def _is_turned(self) -> bool:
        """True if all kernels are laid out with a row for each channel."""
        return bool(self._kernels.shape[0] > self._kernels.shape[1] > 1)

    def _on_choice(self) -> None:
        self._show()
        self._on_chosen(max(self.grid.current(), 0))

    def _on_chosen(self, tile: int) -> None:
        number, channel = self._kernel_of(tile)
        if self._is_colour:
            kernel = self._kernels[number]
            self.detail.set_colour_picture(f"Filter {number + 1}", colour_tiles(kernel[None])[0], kernel)
            return
        where = f", channel {channel + 1}" if self._kernels.shape[1] > 1 else ""
        self.detail.set_map(f"Filter {number + 1}{where}", self._kernels[number, channel], "signed")

    def _on_pointed(self, tile: int, row: int, column: int) -> None:
        if tile < 0:
            return
        number, channel = self._kernel_of(tile)
        values = (
            self._kernels[number, :, row, column] if self._is_colour else self._kernels[number, channel, row, column]
        )
        text = ", ".join(value_text(float(value)) for value in np.atleast_1d(values))
        self._card.set_note(f"filter {number + 1}, row {row}, column {column}: {text}")
