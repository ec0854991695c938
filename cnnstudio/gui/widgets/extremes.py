"""The least and greatest values of ever larger blocks of a curve, so that a million points are drawn as a few."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Pair = tuple[Values, Values]
# Blocks of fewer points are made when they are needed: to keep them would take more memory than the curve.
SMALLEST = 8


class Extremes:
    """For blocks of 8, 16, 32, … points each the least and the greatest value; what isn't finite is left out.

    With `is_positive` values of 0 and less are left out too: a logarithmic axis doesn't show them.
    """

    def __init__(self, *, is_positive: bool = False) -> None:
        self._is_positive = is_positive
        self._count = 0
        self._levels: list[Pair] = []

    def extend(self, y: Values) -> None:
        """Take in what is new; `y` are all values so far. Costs what the new ones cost, and the blocks they touch."""
        if len(y) == self._count:
            return
        first = self._count // SMALLEST
        new = self._shown(y[first * SMALLEST :])
        pair, size = (new, new), 1
        while size < SMALLEST:
            pair, size = _halved(pair), 2 * size
        level = 0
        while True:
            low, high = self._grown(level, first, pair)
            if len(low) <= 1:
                break
            # The larger blocks begin where a block of theirs holds the first new one.
            first //= 2
            pair = _halved((low[2 * first :], high[2 * first :]))
            level += 1
        self._count = len(y)

    def outline(self, x: Values, y: Values, part: slice, columns: int) -> Pair:
        """Points of a line that fills the same pixels as the one through `part`: at most four or so a column.

        Args:
            x: All places, ascending.
            y: All values, as they were given to `extend`.
            part: What is to be seen.
            columns: Pixels in the width.
        """
        count, size = part.stop - part.start, 1
        while count >= 2 * size * max(1, columns):
            size *= 2
        if size < 4:  # two points for every two: nothing would be gained
            return x[part], y[part]
        first, last = part.start // size, -(-part.stop // size)
        low, high = self._blocks(y, size, first, last)
        places = np.repeat(x[first * size : last * size : size], 2)
        values = np.empty(len(places))
        values[0::2], values[1::2] = low, high
        return places, values

    def _blocks(self, y: Values, size: int, first: int, last: int) -> Pair:
        if size >= SMALLEST:
            low, high = self._levels[(size // SMALLEST).bit_length() - 1]
            return low[first:last], high[first:last]
        new = self._shown(y[first * size : last * size])
        pair, made = (new, new), 1
        while made < size:
            pair, made = _halved(pair), 2 * made
        return pair

    def _shown(self, y: Values) -> Values:
        is_shown = np.isfinite(y) & (y > 0) if self._is_positive else np.isfinite(y)
        return y if is_shown.all() else np.where(is_shown, y, np.nan)

    def _grown(self, level: int, first: int, pair: Pair) -> Pair:
        """Replace a level's blocks from `first` on."""
        if level == len(self._levels):
            self._levels.append((np.empty(0), np.empty(0)))
        old = self._levels[level]
        self._levels[level] = (
            np.concatenate([old[0][:first], pair[0]]),
            np.concatenate([old[1][:first], pair[1]]),
        )
        return self._levels[level]


def _halved(pair: Pair) -> Pair:
    """Two neighbours become one; an odd last one stays alone."""
    low, high = pair
    if len(low) % 2:
        low, high = np.append(low, low[-1]), np.append(high, high[-1])
    # fmin and fmax pass over NaN.
    return np.fmin(low[0::2], low[1::2]), np.fmax(high[0::2], high[1::2])
