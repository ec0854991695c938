"""The curves of several runs over each other, with a cross-hair that tells each one's value."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.line_looks import look_pen
from cnnstudio.gui.widgets.plot import MAX_DOTS, MAX_SMOOTH_POINTS
from cnnstudio.gui.widgets.plot_axes import ThemedPlot
from cnnstudio.gui.widgets.plot_extents import TINY
from cnnstudio.gui.widgets.shared_x import Range
from cnnstudio.gui.widgets.smoothing import nearest, thinned, window

DRAW_MS, MOST_MS = 60, 12.0
DOT_PX, THICK_PX, THIN_PX, MANY = 5, 3.0, 1.0, 12
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OverlayCurve:
    """One run's curve: its key, the look of its line, its points (x ascending)."""

    key: str
    look: int
    x: Values
    y: Values


class OverlayPlot(QWidget):
    """Draws what it is given; `pointed` brings the values under the mouse by key, or nothing once it is gone."""

    pointed = Signal(object, dict)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._curves: dict[str, OverlayCurve] = {}
        self._undrawn: list[str] = []
        self._items: dict[str, pg.PlotDataItem] = {}
        self._is_log, self._strong, self._is_drawing = False, "", False
        self.plot = ThemedPlot()
        self.plot.setAccessibleName(name)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.hide()
        self.plot.getPlotItem().addItem(self._cross, ignoreBounds=True)
        self.plot.across_changed.connect(self._on_across)
        self.plot.scene().sigMouseMoved.connect(self._on_mouse)
        self.plot.installEventFilter(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.plot)
        # Many curves arrive one after the other while their runs are read: they are drawn together.
        self._timer = QTimer(self, singleShot=True, interval=DRAW_MS)
        self._timer.timeout.connect(self.draw)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.activated.connect(self.copy_picture)
        self._dress()
        theme.changed.connect(self._dress)

    def set_curves(self, curves: Sequence[OverlayCurve]) -> None:
        """Show these curves and no others; without points one stays invisible."""
        self._curves = {curve.key: curve for curve in curves}
        self._undrawn = list(self._curves)
        if not self._timer.isActive():
            self._timer.start(DRAW_MS)

    def set_log(self, is_log: bool) -> None:
        """A logarithmic vertical axis, or a plain one."""
        self._is_log = is_log
        self.plot.getPlotItem().setLogMode(x=False, y=is_log)
        self._undrawn = list(self._curves)
        self.plot.trim()
        self.draw()

    def set_strong(self, key: str) -> None:
        """Draw one curve thicker than the others, or none."""
        if key != self._strong:
            self._strong = key
            self._dress()

    def show_all(self) -> None:
        """End a zoom."""
        self.plot.show_all()
        self.draw()

    def keys(self) -> tuple[str, ...]:
        """The curves that have points, in their order."""
        return tuple(key for key, curve in self._curves.items() if len(curve.x))

    def draw(self) -> None:
        """Show all points, a few curves at once: fifty in one go would hold the window for 100 ms."""
        started_s = time.perf_counter()
        for key in [key for key in self._items if key not in self._curves]:
            self.plot.getPlotItem().removeItem(self._items.pop(key))
        self._is_drawing = True
        self.plot.fit_across(self._across())
        self._is_drawing = False
        while self._undrawn and (time.perf_counter() - started_s) * 1000 < MOST_MS:
            self._draw_curve(self._curves[self._undrawn.pop(0)])
        self.plot.fit_along(self._along())
        if self._undrawn:
            self._timer.start(0)

    def _on_across(self) -> None:
        """Another part is shown: its curves are drawn in slices, as new ones are."""
        if not self._is_drawing:
            self._undrawn = list(self._curves)
            self.draw()

    def _draw_curve(self, curve: OverlayCurve) -> None:
        item = self._items.get(curve.key)
        if item is None:
            item = self._items[curve.key] = self.plot.getPlotItem().plot(symbolSize=DOT_PX)
        part = window(curve.x, *self.plot.across())
        x, y = thinned(curve.x[part], curve.y[part], MAX_SMOOTH_POINTS)
        has_dots = len(x) <= MAX_DOTS // 4 and len(self._curves) <= MANY
        item.setData(x, y, symbol="o" if has_dots and len(curve.x) <= MAX_DOTS else None)
        self._dress_curve(curve.key, item)

    def values_at(self, x: float) -> dict[str, float]:
        """Each curve's value nearest to a place on the horizontal axis; none beyond a curve's end."""
        found = {}
        for key in self.keys():
            curve = self._curves[key]
            if curve.x[0] - 0.5 <= x <= curve.x[-1] + 0.5:
                found[key] = float(curve.y[nearest(curve.x, x)])
        return found

    def copy_picture(self) -> None:
        """Put the plot on the clipboard as a picture."""
        QApplication.clipboard().setPixmap(self.picture())

    def picture(self) -> QPixmap:
        """The plot as it is on the screen."""
        grabbed = self.grab()
        painted = QPixmap(grabbed.size())
        painted.fill(theme.color("surface"))
        painter = QPainter(painted)
        painter.drawPixmap(0, 0, grabbed)
        painter.end()
        return painted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._cross.hide()
            self.pointed.emit(None, {})
        return False

    def _across(self) -> Range | None:
        ends = [float(self._curves[key].x[-1]) for key in self.keys()]
        return (0.0, max(ends)) if ends else None

    def _along(self) -> Range:
        """From where to where the values lie, of those that are seen."""
        view = self.plot.across()
        curves = [self._curves[key] for key in self.keys()]
        parts = [curve.y[window(curve.x, *view)] if self.plot.is_zoomed else curve.y for curve in curves]
        y = np.concatenate(parts) if parts else np.empty(0)
        y = y[np.isfinite(y) & (y > 0 if self._is_log else True)]
        if not len(y):
            return 0.0, 1.0
        low, high = float(y.min()), float(y.max())
        return (float(np.log10(max(low, TINY))), float(np.log10(max(high, TINY)))) if self._is_log else (low, high)

    def _dress(self) -> None:
        for key, item in self._items.items():
            if key in self._curves:
                self._dress_curve(key, item)
        self._cross.setPen(theme.color("muted", 0.6))

    def _dress_curve(self, key: str, item: pg.PlotDataItem) -> None:
        look = self._curves[key].look
        # Fifty lines 2 px wide take 40 ms to paint, 1 px wide a few.
        usual_px = THIN_PX if len(self._curves) > MANY else None
        item.setPen(look_pen(look, THICK_PX if key == self._strong else usual_px))
        color = look_pen(look).color()
        item.setSymbolBrush(color)
        item.setSymbolPen(color)
        item.setZValue(1 if key == self._strong else 0)

    def _on_mouse(self, position: QPointF) -> None:
        box = self.plot.getPlotItem().getViewBox()
        if not box.sceneBoundingRect().contains(position):
            self._cross.hide()
            self.pointed.emit(None, {})
            return
        x = box.mapSceneToView(position).x()
        self._cross.setPos(x)
        self._cross.show()
        self.pointed.emit(x, self.values_at(x))
