"""What is drawn of a run's curve over others: computed beside the window, for a run may have a million steps."""

from dataclasses import dataclass

import numpy as np

from cnnstudio.gui.widgets.smoothing import Smoother, Values
from cnnstudio.runs.curves import Measure, Points

SMOOTHING = 0.95


@dataclass(frozen=True, eq=False)
class OverlayPoints:
    """A curve as it is drawn, x ascending, with the best of its values as they were before they were smoothed."""

    x: Values
    y: Values
    best: float | None


NO_POINTS = OverlayPoints(np.empty(0), np.empty(0), None)


def overlay_points(points: Points, measure: Measure) -> OverlayPoints:
    """Smooth what has a value a step; where a history goes back, as a foreign one may, it is put in order."""
    x, y = points
    if np.any(x[1:] < x[:-1]):
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    finite = y[np.isfinite(y)]
    best = None if not len(finite) else float(finite.max() if measure.is_better_high else finite.min())
    return OverlayPoints(x, Smoother(SMOOTHING).extend(y) if measure.is_per_step else y, best)
