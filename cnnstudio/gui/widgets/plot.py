"""Curves in a card: raw ones thin and pale, smoothed ones over them, their names and switches in the title's row."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.legend import LegendButton
from cnnstudio.gui.widgets.numbers import decimal_text
from cnnstudio.gui.widgets.plot_axes import ThemedPlot
from cnnstudio.gui.widgets.plot_extents import across, along
from cnnstudio.gui.widgets.plot_hint import EmptyHint
from cnnstudio.gui.widgets.plot_pace import PlotPace
from cnnstudio.gui.widgets.shared_x import SharedX
from cnnstudio.gui.widgets.smoothing import Series, Values, thinned
from cnnstudio.gui.widgets.tabs import Chip

# A 2 px line of 1e5 points takes 120 ms; of 400 one or two, and it looks the same.
MAX_SMOOTH_POINTS = 400
# Below this many points a curve is drawn with dots: an epoch's value is one point, not a line.
MAX_DOTS = 200
MIN_PX = 72  # with two of them and the numbers above the page fits into a window of 1024 × 700


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
        self._has_log, self._is_drawing = has_log, False
        self._x_title, self._smoothing = x_title, smoothing
        self._curves = tuple(curves)
        self._plot = ThemedPlot()
        self._plot.setAccessibleName(title)
        self._plot.setMinimumHeight(MIN_PX)
        self._hint = EmptyHint(self._plot)
        self._raw: dict[str, pg.PlotDataItem] = {}
        self._lines: dict[str, pg.PlotDataItem] = {}
        self._pace = PlotPace(self)
        self._pace.due.connect(self.draw)
        self._make_header()
        self._series = {curve.key: self._new_series(curve) for curve in curves}
        self._make_items()
        self.add(self._plot, 1)
        self._dress()
        theme.changed.connect(self._dress)

    def set_data(self, key: str, x: ArrayLike, y: ArrayLike) -> None:
        """Show these points and no others."""
        curve = next(curve for curve in self._curves if curve.key == key)
        self._series[key] = self._new_series(curve)
        self._plot.show_all()
        self.append(key, x, y)

    def append(self, key: str, x: ArrayLike, y: ArrayLike) -> None:
        """Add points at the end; costs only what the new points cost."""
        self._series[key].append(np.asarray(x, np.float64), np.asarray(y, np.float64))
        self._pace.ask()

    def clear(self) -> None:
        """Take all points away."""
        self._pace.begin()
        for curve in self._curves:
            self._series[curve.key] = self._new_series(curve)
        self._plot.show_all()
        self.draw()

    def set_waiting(self, text: str) -> None:
        """What stands here as long as there is no point."""
        self._hint.set_text(text)

    def trim(self) -> None:
        """Take away the room that was left for points to come; a part that the user looks at stays."""
        self._plot.trim()
        self.draw()

    def points(self, key: str) -> int:
        """How many points a curve has."""
        return len(self._series[key])

    def set_smoothing(self, factor: float) -> None:
        """0 shows the raw values, 0.99 almost none of their noise."""
        self._smoothing = factor
        self._dress()
        for curve in self._curves:
            self._series[curve.key].set_factor(self._factor(curve))
        self.draw()

    def set_log(self, is_log: bool) -> None:
        """A logarithmic vertical axis, or a plain one."""
        self._log.setChecked(is_log)
        for series in self._series.values():
            series.set_log(is_log)
        self._plot.getPlotItem().setLogMode(x=False, y=is_log)
        self.trim()

    def draw(self) -> None:
        """Show all points with the next painting."""
        started_s = time.perf_counter()
        is_empty = not any(len(series) for series in self._series.values())
        self._hint.setVisible(is_empty)
        self._plot.show_axes(not is_empty)
        self._is_drawing = True
        self._plot.fit_across(across(list(self._series.values())))
        self._is_drawing = False
        self._draw_window()
        self.show_at(None)
        self._pace.drawn((time.perf_counter() - started_s) * 1000)

    def share_x(self, across: SharedX) -> None:
        """Grow and be zoomed with other plots whose horizontal axes mean the same."""
        self._plot.share(across)

    def _on_across(self) -> None:
        """Another part is shown, here or in a plot that shares the axis."""
        if self.isVisible() and not self._is_drawing:
            self._draw_window()

    def _draw_window(self) -> None:
        """Give pyqtgraph the visible part, as dense as the pixels are: of a million points a few thousand."""
        seen = [self._draw_curve(curve) for curve in self._curves]
        visible = [curve.key for curve in self._curves if self._lines[curve.key].isVisible()]
        part = [values for curve, values in zip(self._curves, seen, strict=True) if curve.key in visible]
        series = [self._series[key] for key in visible]
        self._plot.fit_along(along(series, part if self._plot.is_zoomed else None, is_log=self._log.isChecked()))

    def _draw_curve(self, curve: Curve) -> Values:
        """Draw what is seen of a curve; returns its values there."""
        series, raw, line = self._series[curve.key], self._raw[curve.key], self._lines[curve.key]
        part = series.window(*self._plot.across())
        x, y = series.x[part], series.y[part]
        if curve.is_dotted:
            line.setData(*thinned(x, y, MAX_SMOOTH_POINTS), symbol="o" if len(x) <= MAX_DOTS else None)
            return y
        is_smooth, is_dense = self._smoothing > 0, len(x) > MAX_SMOOTH_POINTS
        outline = series.outline(part, self._plot.columns()) if is_smooth or is_dense else (x, y)
        # Of what is dense and not smoothed only the thin line is drawn: a zigzag 2 px wide takes 70 ms.
        raw.setData(*outline) if is_smooth or is_dense else raw.clear()
        shown = (x, series.smooth[part]) if is_smooth else (x, y)
        line.setData(*thinned(*shown, MAX_SMOOTH_POINTS), symbol=None) if is_smooth or not is_dense else line.clear()
        return outline[1]

    def copy_picture(self) -> None:
        """Put the card on the clipboard as a picture."""
        QApplication.clipboard().setPixmap(self.grab())

    def values_at(self, x: float) -> dict[str, float]:
        """Each visible curve's value nearest to a place on the horizontal axis, by title."""
        found = {}
        for curve in self._curves:
            series = self._series[curve.key]
            if len(series) and self._lines[curve.key].isVisible():
                place = series.nearest(x)
                found[curve.title] = float((series.y if curve.is_dotted else series.smooth)[place])
        return found

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._pace.ask()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.show_at(None)
            self.looked_at.emit(None)
        return False

    def _new_series(self, curve: Curve) -> Series:
        series = Series(self._factor(curve))
        series.set_log(self._log.isChecked())
        return series

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
            button.setHidden(len(self._curves) == 1)  # the title says what it is, and needs the room
        self._all = Chip("show all", "End the zoom (a double click does so too); the wheel zooms, dragging moves.")
        self._all.clicked.connect(self._plot.end_zoom)
        self._all.hide()
        self.add_to_header(self._all)
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
            self._raw[curve.key] = item.plot(antialias=False)
        for curve in self._curves:
            self._lines[curve.key] = item.plot(symbolSize=6)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.hide()
        item.addItem(self._cross, ignoreBounds=True)
        self._plot.across_changed.connect(self._on_across)
        self._plot.outgrown.connect(self._pace.ask_soon)
        self._plot.zoomed.connect(self._on_zoomed)
        # By the scene, once: to paint at once, so as to measure it in `draw`, would be to paint twice.
        self._plot.painted.connect(self._pace.painted)
        self._plot.scene().sigMouseMoved.connect(self._on_mouse)
        self._plot.installEventFilter(self)

    def _dress(self) -> None:
        for index, curve in enumerate(self._curves):
            color = theme.color(f"series.{index}")
            thin = theme.series_pen(index, raw=True)
            thin.setColor(thin.color() if self._smoothing > 0 else color)
            self._raw[curve.key].setPen(thin)
            line = self._lines[curve.key]
            line.setPen(theme.series_pen(index))
            line.setSymbolBrush(color)
            line.setSymbolPen(color)
        self._cross.setPen(theme.color("muted", 0.6))

    def _on_legend(self, is_shown: bool) -> None:
        key = str(self.sender().property("key"))
        self._raw[key].setVisible(is_shown)
        self._lines[key].setVisible(is_shown)
        self._draw_window()

    def _on_zoomed(self, is_zoomed: bool) -> None:
        self._all.setVisible(is_zoomed)

    def _on_mouse(self, position: QPointF) -> None:
        box = self._plot.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(position)
        x = box.mapSceneToView(position).x() if inside else None
        self.show_at(x)
        self.looked_at.emit(x)

    def show_at(self, x: float | None) -> None:
        """Put the cross-hair at a place, with the curves' values there; None takes it away."""
        values = {} if x is None else self.values_at(x)
        self._cross.setVisible(bool(values))
        if not values:
            self._values.set_text("")
            return
        assert x is not None
        self._cross.setPos(x)
        said = [f"{self._x_title} {x:,.0f}", *(f"{name} {decimal_text(round(v, 4))}" for name, v in values.items())]
        self._values.set_text(" · ".join(said))
