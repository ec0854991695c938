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
        item.getAxis("left").setWidth(44)
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._dress()
        theme.changed.connect(self._dress)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        super().mouseDoubleClickEvent(event)
        self.getPlotItem().enableAutoRange()

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
