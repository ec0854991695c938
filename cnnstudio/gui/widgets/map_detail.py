"""One map or kernel, large, with what its colours mean and the numbers that sum it up."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal

from cnnstudio.explain.colours import colour_table, colourise
from cnnstudio.explain.overlay import value_range
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.colour_legend import ColourLegend, value_text
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.picture import Picture

Floats = NDArray[np.float32]
PICTURE_PX = 168


class MapDetail(Card):
    """An enlarged map; `pointed` brings the row and column under the mouse."""

    pointed = Signal(int, int)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._picture = Picture(f"{name}, enlarged", minimum_px=PICTURE_PX)
        self._picture.setFixedHeight(PICTURE_PX)
        self._picture.setToolTip("Point at a cell to read its value.")
        self._picture.hovered.connect(self._on_hovered)
        self._legend = ColourLegend()
        self._numbers = Label("", "small", wrap=True)
        self._values: Floats = np.zeros((0, 0), np.float32)
        self.add(self._picture)
        self.add(self._legend)
        self.add(self._numbers)

    def set_map(self, title: str, values: Floats, colours: str) -> None:
        """Show values of shape (h, w) in a table of colours, on their own scale."""
        self._values = values
        low, high = value_range(values, colours)
        self.set_title(title)
        self._picture.set_pixels(colourise(values, colours, low, high))
        self._legend.set_scale(colour_table(colours), low, high)
        self._numbers.set_text(
            f"from {value_text(float(values.min()))} to {value_text(float(values.max()))}, "
            f"mean {value_text(float(values.mean()))}"
        )

    def set_colour_picture(self, title: str, pixels: NDArray[np.uint8], values: Floats) -> None:
        """Show a first-layer filter over red, green and blue as the picture that it is."""
        self._values = values.mean(axis=0)
        self.set_title(title)
        self._picture.set_pixels(pixels)
        self._legend.set_scale(np.linspace(0, 255, 256, dtype=np.uint8)[:, None].repeat(3, 1), *_reach(values))
        self._numbers.set_text("Grey is zero; each colour adds where its weights are positive.")

    def _on_hovered(self, row: int, column: int) -> None:
        self.set_note(f"row {row}, column {column}: {value_text(float(self._values[row, column]))}")
        self.pointed.emit(row, column)


def _reach(values: Floats) -> tuple[float, float]:
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    return -largest, largest
