"""From where to where the curves of a plot reach."""

from collections.abc import Sequence

import numpy as np

from cnnstudio.gui.widgets.shared_x import Range
from cnnstudio.gui.widgets.smoothing import Series, Values

TINY = 1e-12  # the least that a logarithmic axis shows


def across(series: Sequence[Series]) -> Range | None:
    """From where to where the points lie, from 0 on; None without a point."""
    shown = [one for one in series if len(one)]
    if not shown:
        return None
    return min(0.0, *(float(one.x[0]) for one in shown)), max(float(one.x[-1]) for one in shown)


def along(series: Sequence[Series], seen: Sequence[Values] | None, *, is_log: bool) -> Range:
    """From where to where the values lie, as powers of ten on a logarithmic axis; an empty sheet shows 0 to 1.

    Args:
        series: The visible curves.
        seen: Those values of them that are on the screen, if they are only a part.
        is_log: The axis is logarithmic.
    """
    filled = [one for one in series if np.isfinite(one.high)]
    if not filled:
        return 0.0, 1.0
    low = min(one.low_positive if is_log else one.low for one in filled)
    high = max(one.high for one in filled)
    if seen:
        values = np.concatenate(seen)
        values = values[np.isfinite(values) & (values >= low)]
        low, high = (float(values.min()), float(values.max())) if len(values) else (low, high)
    if is_log:
        return float(np.log10(max(min(low, high), TINY))), float(np.log10(max(high, TINY)))
    return low, high
