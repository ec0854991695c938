"""pyqtgraph in the theme's clothes: no box, horizontal grid only, muted numbers."""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt

from cnnstudio.gui.theme import theme

pg.setConfigOptions(antialias=True, useOpenGL=False)


class _LeftAxis(pg.AxisItem):
    """With a grid, pyqtgraph drops the labels at both ends for half a line's height that they stand out."""

    def boundingRect(self) -> QRectF:
        grown: QRectF = super().boundingRect().adjusted(0, -8, 0, 8)
        return grown


Range = tuple[float, float]
# Growing curves would move the axes with every drawing, and writing their numbers takes longer than the curves: a view
# that is left is made larger by GROW, and smaller only once the points fill less than FILL of it.
GROW, FILL, MARGIN = 0.15, 0.6, 0.04


class ThemedPlot(pg.PlotWidget):
    """An empty plot that follows the theme; the wheel zooms the horizontal axis, a double click shows all again."""

    def __init__(self) -> None:
        super().__init__(axisItems={"left": _LeftAxis("left")})
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(x=True, y=False)
        item.setClipToView(True)
        item.showGrid(x=False, y=True, alpha=0.9)
        item.getViewBox().setDefaultPadding(0.02)
        item.setContentsMargins(0, 4, 8, 0)
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setStyle(
                tickLength=0, tickTextOffset=6, maxTickLevel=1, autoExpandTextSpace=True, hideOverlappingLabels=True
            )
            axis.enableAutoSIPrefix(False)
            # Kept as a picture until its numbers change.
            axis.setCacheMode(pg.QtWidgets.QGraphicsItem.CacheMode.DeviceCoordinateCache)
        item.getAxis("left").setWidth(44)
        item.disableAutoRange()
        self._is_zoomed = False
        self._extents = ((0.0, 1.0), (0.0, 1.0))
        self._views: list[Range | None] = [None, None]
        item.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._dress()
        theme.changed.connect(self._dress)

    def fit(self, x: Range, y: Range) -> None:
        """Let the view hold these extents, unless the user looks at a part."""
        self._extents = (x, y)
        if self._is_zoomed:
            return
        # What doesn't grow fills the width; only a view that has become too narrow gets room for what is to come.
        room = MARGIN / 2 if self._views[0] is None else GROW
        across = _view(x, self._views[0], low=0.0, high=room)
        along = _view(y, self._views[1], low=MARGIN, high=MARGIN)
        if [across, along] != self._views:
            self._views = [across, along]
            self.getPlotItem().getViewBox().setRange(xRange=across, yRange=along, padding=0)

    def show_axes(self, is_shown: bool) -> None:
        """Numbers and grid, or an empty sheet: without a point they would say nothing true."""
        item = self.getPlotItem()
        if item.getAxis("left").isVisible() != is_shown:
            for name in ("left", "bottom"):
                item.showAxis(name, is_shown)

    def show_all(self) -> None:
        """End a zoom: the next `fit` shows everything."""
        self._is_zoomed, self._views = False, [None, None]

    def mouseDoubleClickEvent(self, event: Any) -> None:
        super().mouseDoubleClickEvent(event)
        self.show_all()
        self.fit(*self._extents)

    def _on_zoomed(self) -> None:
        self._is_zoomed = True

    def _dress(self) -> None:
        self.setBackground(theme.color("surface"))
        font = self.font()
        font.setPixelSize(theme.tokens.size.label)
        item = self.getPlotItem()
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setTickFont(font)
            axis.setTextPen(theme.color("muted"))
            axis.setPen(pg.mkPen(None) if name == "left" else theme.color("border"))
            axis.setTickPen(theme.color("border"))


def _view(extent: Range, view: Range | None, low: float, high: float) -> Range:
    """The view of an axis that holds an extent: the old one while it fits, else one with some room at its ends."""
    first, last = extent
    size = (last - first) or abs(first) or 1.0
    if view is not None and view[0] <= first and last <= view[1] and size >= FILL * (view[1] - view[0]):
        return view
    return first - low * size, last + high * size
