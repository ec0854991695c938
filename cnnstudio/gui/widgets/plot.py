"""Curves in a card: raw ones thin and pale, smoothed ones over them, their names and switches in the title's row."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.legend import LegendButton
from cnnstudio.gui.widgets.numbers import decimal_text
from cnnstudio.gui.widgets.plot_axes import Range, ThemedPlot
from cnnstudio.gui.widgets.plot_hint import EmptyHint
from cnnstudio.gui.widgets.smoothing import Series, thinned
from cnnstudio.gui.widgets.tabs import Chip

# Two plots drawn 30 times a second kept the GUI thread busy for half of its time, and what trains beside it waits for
# the interpreter meanwhile: drawing may take this share of the time, and no two plots draw in one go.
DRAW_MS, SLOWEST_MS, DRAW_SHARE, APART_MS = 100, 1000, 0.01, 40
# A 2 px line of 1e5 points takes 120 ms; of 400 one or two, and it looks the same.
MAX_SMOOTH_POINTS = 400
# Below this many points a curve is drawn with dots: an epoch's value is one point, not a line.
MAX_DOTS = 200
MIN_PX = 96
TINY = 1e-12  # the least that a logarithmic axis shows


@dataclass(frozen=True)
class Curve:
    """A curve's key and name; `is_dotted` marks each point (values an epoch), without smoothing."""

    key: str
    title: str
    is_dotted: bool = False


class Plot(Card):
    """Live curves. Points come by `append` or `set_data`; it draws 10 times a second, less often if that is dear.

    `looked_at` brings the place on the horizontal axis under the mouse, or None when it has left; `has_log` offers a
    logarithmic axis, which says nothing for shares of a hundred.
    """

    looked_at = Signal(object)
    drawn_s = 0.0

    def __init__(
        self,
        title: str,
        curves: Sequence[Curve],
        *,
        x_title: str = "step",
        smoothing: float = 0.9,
        has_log: bool = True,
    ) -> None:
        super().__init__(title)
        self._has_log = has_log
        self._x_title, self._smoothing = x_title, smoothing
        self._curves = tuple(curves)
        self._series = {curve.key: Series(self._factor(curve)) for curve in curves}
        self._plot = ThemedPlot()
        self._plot.setAccessibleName(title)
        self._plot.setMinimumHeight(MIN_PX)
        self._hint = EmptyHint(self._plot)
        self._raw: dict[str, pg.PlotDataItem] = {}
        self._lines: dict[str, pg.PlotDataItem] = {}
        self._timer = QTimer(self, singleShot=True, interval=DRAW_MS)
        self._timer.timeout.connect(self._on_time)
        self._make_header()
        self._make_items()
        self.add(self._plot, 1)
        self._dress()
        theme.changed.connect(self._dress)

    def set_data(self, key: str, x: ArrayLike, y: ArrayLike) -> None:
        """Show these points and no others."""
        curve = next(curve for curve in self._curves if curve.key == key)
        self._series[key] = Series(self._factor(curve))
        self._plot.show_all()
        self.append(key, x, y)

    def append(self, key: str, x: ArrayLike, y: ArrayLike) -> None:
        """Add points at the end; costs only what the new points cost."""
        self._series[key].append(np.asarray(x, np.float64), np.asarray(y, np.float64))
        if not self._timer.isActive():
            self._timer.start()

    def clear(self) -> None:
        """Take all points away."""
        for curve in self._curves:
            self._series[curve.key] = Series(self._factor(curve))
        self._plot.show_all()
        self.draw()

    def show_all(self) -> None:
        """End a zoom, and the room that was left for points to come."""
        self._plot.show_all()
        self.draw()

    def points(self, key: str) -> int:
        """How many points a curve has."""
        return len(self._series[key])

    def set_smoothing(self, factor: float) -> None:
        """0 shows the raw values, 0.99 almost none of their noise."""
        self._smoothing = factor
        for curve in self._curves:
            self._series[curve.key].set_factor(self._factor(curve))
        self.draw()

    def set_log(self, is_log: bool) -> None:
        """A logarithmic vertical axis, or a plain one."""
        self._log.setChecked(is_log)
        self._plot.getPlotItem().setLogMode(x=False, y=is_log)
        self._plot.show_all()
        self.draw()

    def draw(self) -> None:
        """Show all points now."""
        started_s = time.perf_counter()
        for curve in self._curves:
            series = self._series[curve.key]
            is_raw_shown = not curve.is_dotted and self._smoothing > 0
            self._raw[curve.key].setData(series.x, series.y) if is_raw_shown else self._raw[curve.key].clear()
            smooth = series.y if curve.is_dotted else series.smooth
            x, y = thinned(series.x, smooth, MAX_SMOOTH_POINTS)
            symbol = "o" if curve.is_dotted and len(x) <= MAX_DOTS else None
            self._lines[curve.key].setData(x, y, symbol=symbol)
        is_empty = not any(len(series) for series in self._series.values())
        self._hint.setVisible(is_empty)
        self._plot.show_axes(not is_empty)
        self._plot.fit(*self._extent())
        self._show_values(None)
        if self.isVisible():
            self._plot.viewport().repaint()
        Plot.drawn_s = time.perf_counter()
        cost_ms = (Plot.drawn_s - started_s) * 1000
        self._timer.setInterval(int(min(SLOWEST_MS, max(DRAW_MS, cost_ms / DRAW_SHARE))))

    def _extent(self) -> tuple[Range, Range]:
        """From where to where the visible points lie; an empty sheet shows 0 to 1."""
        series = [self._series[c.key] for c in self._curves if self._lines[c.key].isVisible()]
        shown = [s for s in series if len(s) and np.isfinite(s.high)]
        if not shown:
            return (0.0, 1.0), (0.0, 1.0)
        x = min(0.0, *(float(s.x[0]) for s in shown)), max(float(s.x[-1]) for s in shown)
        low, high = min(s.low for s in shown), max(s.high for s in shown)
        if self._log.isChecked():
            low = min(s.low_positive for s in shown)
            low, high = (float(np.log10(max(value, TINY))) for value in (min(low, high), high))
        return x, (low, high)

    def _on_time(self) -> None:
        if not self.isVisible():
            return  # drawn when it comes into sight
        if (time.perf_counter() - Plot.drawn_s) * 1000 < APART_MS:
            QTimer.singleShot(APART_MS, self, self._on_time)
        else:
            self.draw()

    def copy_picture(self) -> None:
        """Put the card on the clipboard as a picture."""
        QApplication.clipboard().setPixmap(self.grab())

    def values_at(self, x: float) -> dict[str, float]:
        """Each visible curve's value nearest to a place on the horizontal axis, by title."""
        found = {}
        for curve in self._curves:
            series = self._series[curve.key]
            if len(series) and self._lines[curve.key].isVisible():
                place = int(np.argmin(np.abs(series.x - x)))
                found[curve.title] = float((series.y if curve.is_dotted else series.smooth)[place])
        return found

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.show_at(None)
            self.looked_at.emit(None)
        return False

    def _factor(self, curve: Curve) -> float:
        return 0.0 if curve.is_dotted else self._smoothing

    def _make_header(self) -> None:
        self._values = Label("", "label")
        self.add_to_header(self._values)
        self._legend: dict[str, LegendButton] = {}
        for index, curve in enumerate(self._curves):
            button = LegendButton(curve.title, f"series.{index}")
            button.setProperty("key", curve.key)
            button.toggled.connect(self._on_legend)
            self._legend[curve.key] = button
            self.add_to_header(button)
        self._log = Chip("log", "Draw the vertical axis logarithmically.", checkable=True)
        self._log.clicked.connect(self.set_log)
        self.add_to_header(self._log)
        self._log.setHidden(not self._has_log)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        shortcut.setContext(pg.QtCore.Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.copy_picture)

    def _make_items(self) -> None:
        item = self._plot.getPlotItem()
        for curve in self._curves:
            self._raw[curve.key] = item.plot(autoDownsample=True, downsampleMethod="peak", antialias=False)
        for curve in self._curves:
            self._lines[curve.key] = item.plot(symbolSize=6)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.hide()
        item.addItem(self._cross, ignoreBounds=True)
        self._plot.scene().sigMouseMoved.connect(self._on_mouse)
        self._plot.installEventFilter(self)

    def _dress(self) -> None:
        for index, curve in enumerate(self._curves):
            color = theme.color(f"series.{index}")
            self._raw[curve.key].setPen(theme.series_pen(index, raw=True))
            line = self._lines[curve.key]
            line.setPen(theme.series_pen(index))
            line.setSymbolBrush(color)
            line.setSymbolPen(color)
        self._cross.setPen(theme.color("muted", 0.6))

    def _on_legend(self, is_shown: bool) -> None:
        key = str(self.sender().property("key"))
        self._raw[key].setVisible(is_shown)
        self._lines[key].setVisible(is_shown)

    def _on_mouse(self, position: QPointF) -> None:
        box = self._plot.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(position)
        x = box.mapSceneToView(position).x() if inside else None
        self.show_at(x)
        self.looked_at.emit(x)

    def show_at(self, x: float | None) -> None:
        """Put the cross-hair at a place, with the curves' values there; None takes it away."""
        self._show_values(x)

    def _show_values(self, x: float | None) -> None:
        values = {} if x is None else self.values_at(x)
        self._cross.setVisible(bool(values))
        if not values:
            self._values.set_text("")
            return
        assert x is not None
        self._cross.setPos(x)
        said = [f"{self._x_title} {x:,.0f}", *(f"{name} {decimal_text(round(v, 4))}" for name, v in values.items())]
        self._values.set_text(" · ".join(said))
