"""The smoothed curve over the raw one: an exponential mean, computed in blocks and carried on when points come."""

import math

import numpy as np
from numpy.typing import NDArray

from cnnstudio.gui.widgets.extremes import Extremes

Values = NDArray[np.float64]
BLOCK = 64
# Where f^t is less than this, the correction for the start changes no bit.
NOTHING = 1e-17


class Smoother:
    """Mean with memory `factor`, corrected at the start: s_t = f·s_(t−1) + (1−f)·y_t, shown as s_t / (1 − f^t)."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self._state = 0.0
        self._count = 0
        self._powers = factor ** np.arange(BLOCK + 1, dtype=np.float64)
        rows = np.arange(BLOCK)[:, None] - np.arange(BLOCK)[None, :]
        self._weights = np.where(rows >= 0, self._powers[np.abs(rows)], 0.0) * (1 - factor)

    def extend(self, values: Values) -> Values:
        """The smoothed values of the next raw ones; a million take 30 ms."""
        if self.factor <= 0 or not len(values):
            return values.copy()
        whole = len(values) // BLOCK * BLOCK
        smooth = np.concatenate([self._blocks(values[:whole]), self._blocks(values[whole:])])
        self._correct(smooth)
        self._count += len(values)
        return smooth

    def _blocks(self, values: Values) -> Values:
        """Smoothed, in blocks of BLOCK, or a single shorter one."""
        size = min(BLOCK, len(values))
        if not size:
            return values
        # Within each block as if nothing had been before; then what was before fades in it.
        smooth = values.reshape(-1, size) @ self._weights[:size, :size].T
        before = np.empty(len(smooth))
        for place, last in enumerate(smooth[:, -1].tolist()):
            before[place] = self._state
            self._state = last + float(self._powers[size]) * self._state
        smooth += before[:, None] * self._powers[1 : size + 1]
        return smooth.ravel()

    def _correct(self, smooth: Values) -> None:
        """Divide by 1 − f^t, in place, where that isn't 1."""
        felt = math.ceil(math.log(NOTHING) / math.log(self.factor)) - self._count
        if felt > 0:
            times = np.arange(self._count + 1, self._count + min(felt, len(smooth)) + 1, dtype=np.float64)
            smooth[: len(times)] /= 1 - self.factor**times


class Series:
    """The growing points of one curve, their smoothed values, and the least, greatest and least positive of them.

    What is only looked at later is computed then: smoothed values, and the outline of what is too dense to be drawn.
    """

    def __init__(self, factor: float) -> None:
        self._x, self._y, self._smooth = np.empty(1024), np.empty(1024), np.empty(1024)
        self._count = self._smoothed = 0
        self._smoother = Smoother(factor)
        self._extremes = Extremes()
        self._is_ascending = True
        self.low, self.high, self.low_positive = np.inf, -np.inf, np.inf

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> Values:
        """Places on the horizontal axis."""
        return self._x[: self._count]

    @property
    def y(self) -> Values:
        """Raw values."""
        return self._y[: self._count]

    @property
    def smooth(self) -> Values:
        """Smoothed values."""
        if self._smoothed < self._count:
            self._smooth[self._smoothed : self._count] = self._smoother.extend(self.y[self._smoothed :])
            self._smoothed = self._count
        return self._smooth[: self._count]

    def append(self, x: Values, y: Values) -> None:
        """Add points at the end."""
        needed = self._count + len(x)
        if needed > len(self._x):
            more = np.empty(max(needed, 2 * len(self._x)) - len(self._x))
            self._x, self._y, self._smooth = (np.concatenate([old, more]) for old in (self._x, self._y, self._smooth))
        self._x[self._count : needed], self._y[self._count : needed] = x, y
        joint = self._x[max(0, self._count - 1) : needed]
        self._is_ascending = self._is_ascending and bool(np.all(joint[1:] >= joint[:-1]))
        self._count = needed
        finite = y[np.isfinite(y)]
        if len(finite):
            self.low, self.high = min(self.low, float(finite.min())), max(self.high, float(finite.max()))
            positive = self.low if self.low > 0 else float(np.where(finite > 0, finite, np.inf).min())
            self.low_positive = min(self.low_positive, positive)

    def set_factor(self, factor: float) -> None:
        """Smooth all points anew, when they are looked at."""
        if factor != self._smoother.factor or self._smoothed:
            self._smoother, self._smoothed = Smoother(factor), 0

    def set_log(self, is_log: bool) -> None:
        """Whether the outline is for a logarithmic axis, on which only positive values lie."""
        self._extremes = Extremes(is_positive=is_log)

    def window(self, left: float, right: float) -> slice:
        """The points between two places, and one more at each side, so that the line goes on to the edges."""
        if not self._is_ascending:
            return slice(0, self._count)
        return window(self.x, left, right)

    def outline(self, part: slice, columns: int) -> tuple[Values, Values]:
        """What a line through these points looks like in so many columns of pixels: no peak of it is lost."""
        self._extremes.extend(self.y)
        return self._extremes.outline(self.x, self.y, part, columns)

    def nearest(self, x: float) -> int:
        """The place of the point nearest to `x`."""
        if not self._is_ascending:
            return int(np.argmin(np.abs(self.x - x)))
        return nearest(self.x, x)


def window(x: Values, left: float, right: float) -> slice:
    """Of ascending places those between two, and one more at each side."""
    first, last = np.searchsorted(x, left, "left"), np.searchsorted(x, right, "right")
    return slice(max(0, int(first) - 1), min(len(x), int(last) + 1))


def nearest(x: Values, place: float) -> int:
    """Of ascending places the index of the one nearest to `place`."""
    after = min(int(np.searchsorted(x, place)), len(x) - 1)
    before = max(0, after - 1)
    return before if place - x[before] <= x[after] - place else after


def thinned(x: Values, y: Values, limit: int) -> tuple[Values, Values]:
    """At most about `limit` points, evenly taken, the last one always among them."""
    if len(x) <= limit:
        return x, y
    places = np.linspace(0, len(x) - 1, limit).round().astype(np.intp)
    return x[places], y[places]
