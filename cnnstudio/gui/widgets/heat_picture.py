"""A picture with a heat map over it, the map alone, or the picture as it is."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from cnnstudio.explain.overlay import heat_overlay, heat_picture
from cnnstudio.gui.widgets.picture import Picture

Pixels = NDArray[np.uint8]
# Enlarged before it is coloured, so that the heat is smooth over the picture's sharp squares.
SHOWN_PX = 256


class HeatPicture(Picture):
    """A `Picture` that mixes its heat map itself, at an opacity of 0 to 1."""

    def __init__(self, name: str, *, minimum_px: int = 120, parent: QWidget | None = None) -> None:
        super().__init__(name, minimum_px=minimum_px)
        self._ground: Pixels | None = None
        self._heat: NDArray[np.float32] | None = None
        self._opacity_of_heat = 0.7
        self._colours = "inferno"
        if parent is not None:
            self.setParent(parent)

    def set_heat(self, pixels: Pixels | None, heat: NDArray[np.float32] | None) -> None:
        """Show a picture (H, W, 1 or 3) under a map (h, w) of any size; without a map the picture alone."""
        self._ground, self._heat = pixels, heat
        self._mix()

    def set_opacity(self, share: float) -> None:
        """How much the hottest place covers the picture, 0 to 1."""
        self._opacity_of_heat = share
        self._mix()

    def set_colours(self, name: str) -> None:
        """Colour table of the heat."""
        self._colours = name
        self._mix()

    def _mix(self) -> None:
        if self._ground is None:
            self.set_pixels(None)
        elif self._heat is None:
            self.set_pixels(self._ground)
        else:
            self.set_pixels(heat_overlay(enlarged(self._ground), self._heat, self._opacity_of_heat, self._colours))


class HeatMap(Picture):
    """A heat map alone: smooth as over the picture, or cell by cell as it was computed."""

    def __init__(self, name: str) -> None:
        super().__init__(name, minimum_px=120)
        self._heat: NDArray[np.float32] | None = None
        self._colours = "inferno"

    def set_heat(self, heat: NDArray[np.float32] | None) -> None:
        """Show a map of shape (h, w), one square a cell."""
        self._heat = heat
        self._draw_heat()

    def set_colours(self, name: str) -> None:
        """Colour table of the heat."""
        self._colours = name
        self._draw_heat()

    def _draw_heat(self) -> None:
        self.set_pixels(None if self._heat is None else heat_picture(self._heat, None, self._colours))


def enlarged(pixels: Pixels, side_px: int = SHOWN_PX) -> Pixels:
    """Whole-number enlargement of a small picture, each pixel a square; large ones stay as they are."""
    times = math.ceil(side_px / max(pixels.shape[:2]))
    return pixels if times <= 1 else pixels.repeat(times, 0).repeat(times, 1)
