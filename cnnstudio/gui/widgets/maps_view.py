"""All maps that a layer makes of one picture; pointing reads a value, a click enlarges a map."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.explain.colours import TITLES, colour_table
from cnnstudio.explain.overlay import coloured_maps
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.colour_legend import ColourLegend, value_text
from cnnstudio.gui.widgets.field_rows import FieldRows, KeyedCombo
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.map_detail import MapDetail
from cnnstudio.gui.widgets.map_grid import MapGrid
from cnnstudio.gui.widgets.side_column import SideColumn

# Colouring a million values takes about 15 ms; larger stacks are drawn from every second or third pixel.
MOST_VALUES = 1_000_000

MAPS_TEXT = "Each map says where in the picture its filter found what it looks for: bright is much, dark is little."
NUMBERS_TEXT = "Behind a Flatten there are no places any more: each square is one number of the layer."


class MapsView(QWidget):
    """The activations of the chosen layer for the chosen picture."""

    def __init__(self) -> None:
        super().__init__()
        self._values: NDArray[np.float32] = np.zeros((0, 1, 1), np.float32)
        self._names: tuple[str, ...] = ()
        self._node, self._note, self._stride, self._is_flat = "", "", 1, False
        self._card = Card("Activations")
        self.grid = MapGrid("Feature maps")
        self.grid.chosen.connect(self._on_chosen)
        self.grid.pointed.connect(self._on_pointed)
        self._card.add(self.grid, 1)
        self.scale = KeyedCombo([("each", "each its own"), ("common", "one for all")])
        self.colours = KeyedCombo([(name, TITLES[name]) for name in ("viridis", "inferno", "grey", "signed")])
        self._legend = ColourLegend()
        self._text = Label("", "small", wrap=True)
        self.detail = MapDetail("Map")
        self._build()

    def set_values(self, node: str, values: NDArray[np.float32], names: Sequence[str] = ()) -> None:
        """Show maps of shape (C, h, w), or numbers of shape (F,) with the names they may have."""
        is_new = node != self._node
        self._node = node
        self._is_flat = values.ndim == 1
        self._values = values[:, None, None] if self._is_flat else values
        self._names = tuple(names)
        count, height, width = self._values.shape
        kind = f"{count:,} number{'s' if count > 1 else ''}"
        self._note = kind if self._is_flat else f"{count:,} map{'s' if count > 1 else ''} of {width}×{height}"
        self._card.set_title(node)
        self._card.set_note(self._note)
        self._stride = max(1, math.ceil(math.sqrt(self._values.size / MOST_VALUES)))
        self._show()
        if is_new or self.grid.current() < 0:
            self.grid.set_chosen(0)
        self._on_chosen(max(self.grid.current(), 0))

    def _build(self) -> None:
        self._rows = FieldRows()
        self._rows.add_row("Scale", self.scale, "Each map over all colours, or one scale that keeps them comparable.")
        self._rows.add_row(
            "Colours", self.colours, "Table of colours for the values; blue – orange has zero in its middle."
        )
        self.scale.picked.connect(self._on_choice)
        self.colours.picked.connect(self._on_choice)
        side = Card("Shown")
        for part in (self._rows, self._legend, self._text):
            side.add(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(self._card, 1)
        row.addWidget(SideColumn([side, self.detail]))

    def _show(self) -> None:
        # Single numbers have no range of their own: alone each would be the lowest and the highest at once.
        scale: Literal["each", "common"] = "common" if self._is_flat else self.scale.key()
        self._rows.set_row_visible(self.scale, not self._is_flat)
        thinned = self._values[:, :: self._stride, :: self._stride]
        tiles, low, high = coloured_maps(thinned, self.colours.key(), scale)
        few_names = self._names if len(self._names) <= 40 else ()
        self.grid.set_tiles(tiles, few_names, cells=self._values.shape[1:])
        colours = self.colours.key()
        self._legend.set_scale(colour_table(colours), low, high, has_sign=colours == "signed")
        self._text.set_text(NUMBERS_TEXT if self._is_flat else MAPS_TEXT)

    def _title(self, unit: int) -> str:
        if unit < len(self._names):
            return self._names[unit]
        return f"Number {unit + 1}" if self._is_flat else f"Map {unit + 1}"

    def _on_choice(self) -> None:
        self._show()
        self._on_chosen(max(self.grid.current(), 0))

    def _on_chosen(self, unit: int) -> None:
        self.detail.setVisible(not self._is_flat)
        if not self._is_flat and unit < len(self._values):
            self.detail.set_map(self._title(unit), self._values[unit], self.colours.key())

    def _on_pointed(self, unit: int, row: int, column: int) -> None:
        if unit < 0:
            self._card.set_note(self._note)
            return
        value = value_text(float(self._values[unit, row, column]))
        place = "" if self._is_flat else f", row {row}, column {column}"
        self._card.set_note(f"{self._title(unit).lower() if not self._names else self._title(unit)}{place}: {value}")
