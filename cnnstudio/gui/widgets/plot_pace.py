"""How often plots are drawn: as often as it can be seen, within a share of the time."""

import time
from weakref import WeakSet

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

# Two plots drawn 30 times a second kept the GUI thread busy for half of its time, and what trains beside it waits for
# the interpreter meanwhile: drawing all in sight may take this share of the time.
DRAW_MS, SLOWEST_MS, SHARE = 100, 3000, 0.015
# A new curve changes most in its first seconds, and a small training is over then.
EAGER_S, EAGER_SHARE = 4.0, 0.04
APART_MS = 40  # no two plots are drawn in one go

_plots: "WeakSet[QWidget]" = WeakSet()


class PlotPace(QObject):
    """When a plot is to be drawn: `due` tells it, soon after it was asked for, and not in one go with other plots."""

    due = Signal()
    _drawn_s = 0.0  # when any plot was

    def __init__(self, plot: QWidget) -> None:
        super().__init__(plot)
        self._plot, self._cost_ms = plot, 0.0
        self._began_s: float | None = None
        self._timer = QTimer(self, singleShot=True, interval=DRAW_MS)
        self._timer.timeout.connect(self._on_time)
        _plots.add(plot)

    def begin(self) -> None:
        """What comes next is a new curve."""
        self._began_s = None
        self._timer.setInterval(DRAW_MS)

    def ask(self) -> None:
        """There is something to draw; a plot out of sight asks anew when it comes into sight."""
        if self._began_s is None:
            self._began_s = time.perf_counter()
        if self._plot.isVisible() and not self._timer.isActive():
            self._timer.start()

    def ask_soon(self) -> None:
        """There is something to draw that can't wait until the plot's next turn."""
        QTimer.singleShot(APART_MS, self, self._on_time)

    def drawn(self, cost_ms: float) -> None:
        """It was drawn, which took so long."""
        PlotPace._drawn_s, self._cost_ms = time.perf_counter(), cost_ms

    def painted(self, cost_ms: float) -> None:
        """What was drawn was painted, which took so long: now it is known what a drawing costs."""
        is_new = self._began_s is None or time.perf_counter() - self._began_s < EAGER_S
        pause = pause_ms(self._cost_ms + cost_ms, EAGER_SHARE if is_new else SHARE)
        if pause != self._timer.interval():
            self._timer.setInterval(pause)

    def _on_time(self) -> None:
        if not self._plot.isVisible():
            return
        if (time.perf_counter() - PlotPace._drawn_s) * 1000 < APART_MS:
            self.ask_soon()
        else:
            self.due.emit()


def pause_ms(cost_ms: float, share: float = SHARE) -> int:
    """How long a plot that takes so long to draw waits until it draws again."""
    # A closed window's plots are gone for Qt before they are gone for Python.
    seen = sum(isValid(plot) and plot.isVisible() for plot in _plots)
    return int(min(SLOWEST_MS, max(DRAW_MS, cost_ms * max(1, seen) / share)))
