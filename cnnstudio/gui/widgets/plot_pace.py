"""How often plots are drawn: as often as it can be seen, within a share of the time."""

from weakref import WeakSet

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

# Two plots drawn 30 times a second kept the GUI thread busy for half of its time, and what trains beside it waits for
# the interpreter meanwhile: drawing all in sight may take this share of the time.
DRAW_MS, SLOWEST_MS, SHARE = 100, 3000, 0.02

_plots: "WeakSet[QWidget]" = WeakSet()


def take_part(plot: QWidget) -> None:
    """Count a plot from now on, whenever it is in sight."""
    _plots.add(plot)


def pause_ms(cost_ms: float) -> int:
    """How long a plot that takes so long to draw waits until it draws again."""
    # A closed window's plots are gone for Qt before they are gone for Python.
    seen = sum(isValid(plot) and plot.isVisible() for plot in _plots)
    return int(min(SLOWEST_MS, max(DRAW_MS, cost_ms * max(1, seen) / SHARE)))
