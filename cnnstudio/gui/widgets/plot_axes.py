"""pyqtgraph in the theme's clothes: no box, horizontal grid only, muted numbers."""

import time
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.shared_x import MARGIN, Range, SharedX, view_of

LONG = 100_000  # an axis has room for five digits

pg.setConfigOptions(antialias=True, useOpenGL=False)


class _LeftAxis(pg.AxisItem):
    """With a grid, pyqtgraph drops the labels at both ends for half a line's height that they stand out."""

    def boundingRect(self) -> QRectF:
        grown: QRectF = super().boundingRect().adjusted(0, -8, 0, 8)
        return grown

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        """The numbers beside the grid; those of a loss that blew up would need more room than there is."""
        texts: list[str] = super().tickStrings(values, scale, spacing)
        return texts if self.logMode else [short_number(text) for text in texts]


def short_number(text: str) -> str:
    """A number of an axis in few signs: 250000 and 2.5e+05 become 2.5e5."""
    value = float(text)
    if abs(value) < LONG and "e" not in text:
        return text
    mantissa, _, exponent = f"{value:.5e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


class ThemedPlot(pg.PlotWidget):
    """An empty plot that follows the theme; the wheel zooms the horizontal axis, a double click shows all again.

    `across_changed` tells that another part of the horizontal axis is shown, `zoomed` whether that is only a part,
    `outgrown` that the plots that share the axis show more by now, and `painted` how many milliseconds a painting took.
    """

    across_changed = Signal()
    outgrown = Signal()
    zoomed = Signal(bool)
    painted = Signal(float)

    def __init__(self) -> None:
        super().__init__(axisItems={"left": _LeftAxis("left")})
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(x=True, y=False)
        item.showGrid(x=False, y=True, alpha=0.9)
        item.getViewBox().setDefaultPadding(0.02)
        item.setContentsMargins(0, 4, 8, 0)
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setStyle(
                tickLength=0, tickTextOffset=6, maxTickLevel=1, autoExpandTextSpace=True, hideOverlappingLabels=True
            )
            axis.enableAutoSIPrefix(False)
            # pyqtgraph draws the grid over the curves and so cuts them.
            axis.setZValue(-1)
            # Kept as a picture until its numbers change.
            axis.setCacheMode(pg.QtWidgets.QGraphicsItem.CacheMode.DeviceCoordinateCache)
        item.getAxis("left").setWidth(44)
        item.disableAutoRange()
        self._across = SharedX()
        self._across.add(self)
        self._along: Range | None = None
        item.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        item.getViewBox().sigXRangeChanged.connect(self._on_across)
        item.getViewBox().sigResized.connect(self._on_across)
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._dress()
        theme.changed.connect(self._dress)

    def share(self, across: SharedX) -> None:
        """Take part in a horizontal axis of several plots; for the time before anything is shown."""
        self._across = across
        across.add(self)

    def fit(self, x: Range | None, y: Range) -> None:
        """Let the view hold these extents; across only where the user doesn't look at a part."""
        self.fit_across(x)
        self.fit_along(y)

    def fit_across(self, x: Range | None) -> None:
        """Tell from where to where the points lie; None if there are none."""
        self._across.tell(self, x)

    def fit_along(self, y: Range) -> None:
        """Let the vertical axis hold these values."""
        along = view_of(y, self._along, low=MARGIN, high=MARGIN)
        if along != self._along:
            self._along = along
            self.getPlotItem().getViewBox().setRange(yRange=along, padding=0)

    def set_across(self, view: Range, *, is_zoomed: bool) -> None:
        """Show this part of the horizontal axis."""
        if self.across() != view:
            self.getPlotItem().getViewBox().setRange(xRange=view, padding=0)
        self.zoomed.emit(is_zoomed)

    def outgrow(self) -> None:
        """Tell that it should be drawn soon."""
        self.outgrown.emit()

    def across(self) -> Range:
        """What is shown of the horizontal axis."""
        left, right = self.getPlotItem().getViewBox().viewRange()[0]
        return left, right

    def columns(self) -> int:
        """Pixels of the screen across the curves."""
        return max(1, int(self.getPlotItem().getViewBox().width() * self.devicePixelRatioF()))

    @property
    def is_zoomed(self) -> bool:
        """True while the user looks at a part."""
        return self._across.is_zoomed

    def show_axes(self, is_shown: bool) -> None:
        """Numbers and grid, or an empty sheet: without a point they would say nothing true."""
        item = self.getPlotItem()
        if item.getAxis("left").isVisible() != is_shown:
            for name in ("left", "bottom"):
                item.showAxis(name, is_shown)

    def show_all(self) -> None:
        """End a zoom: everything is shown, and the next `fit` leaves no room."""
        self._along = None
        self._across.show_all()

    def trim(self) -> None:
        """Leave no room in the next `fit`; a part that the user looks at stays."""
        self._along = None
        if not self.is_zoomed:
            self._across.show_all()

    def paintEvent(self, event: QPaintEvent) -> None:
        started_s = time.perf_counter()
        super().paintEvent(event)
        self.painted.emit((time.perf_counter() - started_s) * 1000)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        super().mouseDoubleClickEvent(event)
        self.end_zoom()

    def end_zoom(self) -> None:
        """Show everything again, at once."""
        self.show_all()
        self._across.fit()

    def _on_zoomed(self) -> None:
        self._across.zoom(self.across())

    def _on_across(self) -> None:
        self.across_changed.emit()

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
