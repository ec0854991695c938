"""The smoothed curve over the raw one: an exponential mean, computed in blocks and carried on when points come."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
BLOCK = 256


class Smoother:
    """Mean with memory `factor`, corrected at the start: s_t = f·s_(t−1) + (1−f)·y_t, shown as s_t / (1 − f^t)."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self._state = 0.0
        self._count = 0
        powers = factor ** np.arange(BLOCK + 1, dtype=np.float64)
        self._powers = powers
        rows = np.arange(BLOCK)[:, None] - np.arange(BLOCK)[None, :]
        self._weights = np.where(rows >= 0, powers[np.abs(rows)], 0.0) * (1 - factor)

    def extend(self, values: Values) -> Values:
        """The smoothed values of the next raw ones."""
        if self.factor <= 0:
            return values.copy()
        parts = [self._block(values[start : start + BLOCK]) for start in range(0, len(values), BLOCK)]
        return np.concatenate(parts) if parts else values.copy()

    def _block(self, values: Values) -> Values:
        n = len(values)
        smooth = self._weights[:n, :n] @ values + self._powers[1 : n + 1] * self._state
        self._state = float(smooth[-1])
        correction = 1 - self.factor ** np.arange(self._count + 1, self._count + n + 1, dtype=np.float64)
        self._count += n
        shown: Values = smooth / correction
        return shown


class Series:
    """The growing points of one curve, their smoothed values, and the least, greatest and least positive of them."""

    def __init__(self, factor: float) -> None:
        self._x, self._y, self._smooth = np.empty(1024), np.empty(1024), np.empty(1024)
        self._count = 0
        self._smoother = Smoother(factor)
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
        return self._smooth[: self._count]

    def append(self, x: Values, y: Values) -> None:
        """Add points at the end."""
        needed = self._count + len(x)
        while needed > len(self._x):
            self._x, self._y, self._smooth = (
                np.concatenate([values, np.empty_like(values)]) for values in (self._x, self._y, self._smooth)
            )
        place = slice(self._count, needed)
        self._x[place], self._y[place] = x, y
        self._smooth[place] = self._smoother.extend(np.asarray(y, np.float64))
        self._count = needed
        finite = y[np.isfinite(y)]
        if len(finite):
            self.low, self.high = min(self.low, float(finite.min())), max(self.high, float(finite.max()))
            self.low_positive = min(self.low_positive, float(np.where(finite > 0, finite, np.inf).min()))

    def set_factor(self, factor: float) -> None:
        """Smooth all points anew."""
        self._smoother = Smoother(factor)
        self._smooth[: self._count] = self._smoother.extend(self.y)


def thinned(x: Values, y: Values, limit: int) -> tuple[Values, Values]:
    """At most about `limit` points, evenly taken, the last one always among them."""
    if len(x) <= limit:
        return x, y
    places = np.linspace(0, len(x) - 1, limit).round().astype(np.intp)
    return x[places], y[places]
