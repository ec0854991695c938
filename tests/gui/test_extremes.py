"""The outline of a curve that is too dense to be drawn point by point."""

import numpy as np
import pytest

from cnnstudio.gui.widgets.extremes import Extremes
from cnnstudio.gui.widgets.smoothing import Series

RNG = np.random.default_rng(5)


def grown(y: np.ndarray, pieces: int, *, is_positive: bool = False) -> Extremes:
    extremes = Extremes(is_positive=is_positive)
    for end in np.linspace(0, len(y), pieces + 1).astype(int)[1:]:
        extremes.extend(y[:end])
    return extremes


@pytest.mark.parametrize("pieces", [1, 2, 7, 101])
@pytest.mark.parametrize("count", [1, 5, 63, 64, 65, 1000, 20_011])
def test_the_outline_holds_the_least_and_greatest_value_of_every_column(count: int, pieces: int) -> None:
    x, y = np.arange(float(count)), RNG.normal(size=count)
    shown_x, shown_y = grown(y, pieces).outline(x, y, slice(0, count), 100)
    assert (shown_y.min(), shown_y.max()) == (y.min(), y.max())
    assert len(shown_x) <= max(400, 4)
    assert np.all(np.diff(shown_x) >= 0)
    # Each point lies under a drawn one that is less than a column away: the oracle is the whole curve.
    width = max(1.0, count / 100)
    for place in RNG.integers(0, count, 20):
        near = shown_y[np.abs(shown_x - place) <= width]
        assert near.min() <= y[place] <= near.max()


@pytest.mark.parametrize(("first", "last"), [(0, 100_000), (37, 90_001), (50_000, 50_300), (99_000, 100_000)])
def test_a_part_shows_its_own_extremes_and_those_of_at_most_a_column_beside_it(first: int, last: int) -> None:
    x, y = np.arange(100_000.0), RNG.normal(size=100_000)
    _, shown_y = grown(y, 3).outline(x, y, slice(first, last), 80)
    column = int(np.ceil((last - first) / 80))
    wider = y[max(0, first - column) : last + column]
    assert shown_y.min() <= y[first:last].min()
    assert shown_y.max() >= y[first:last].max()
    assert shown_y.min() >= wider.min()
    assert shown_y.max() <= wider.max()
    assert set(shown_y.tolist()) <= set(wider.tolist())


def test_a_logarithmic_outline_passes_over_what_is_not_positive() -> None:
    y = np.tile([0.0, -3.0, 0.5, 8.0], 5000)
    _, shown = grown(y, 4, is_positive=True).outline(np.arange(20_000.0), y, slice(0, 20_000), 50)
    assert (shown.min(), shown.max()) == (0.5, 8.0)


def test_what_is_not_finite_is_passed_over() -> None:
    y = RNG.normal(size=20_000)
    y[[3, 777, 9000]] = np.nan, np.inf, -np.inf
    _, shown = grown(y, 2).outline(np.arange(20_000.0), y, slice(0, 20_000), 50)
    finite = y[np.isfinite(y)]
    assert (np.nanmin(shown), np.nanmax(shown)) == (finite.min(), finite.max())


def test_a_window_reaches_one_point_beyond_both_edges() -> None:
    series = Series(0.0)
    series.append(np.arange(10.0), np.zeros(10))
    assert series.window(2.5, 5.5) == slice(2, 7)
    assert series.window(-5, 50) == slice(0, 10)
    assert series.window(100, 200) == slice(9, 10)


@pytest.mark.parametrize("x", [-1.0, 0.0, 2.4, 2.5, 2.6, 8.9, 50.0])
def test_the_nearest_point_is_found_as_a_search_through_all_finds_it(x: float) -> None:
    series = Series(0.0)
    places = np.sort(RNG.uniform(0, 9, 50))
    series.append(places, places)
    assert abs(places[series.nearest(x)] - x) == np.abs(places - x).min()


def test_a_curve_that_goes_back_is_shown_whole() -> None:
    series = Series(0.0)
    series.append(np.array([1.0, 2.0, 3.0]), np.zeros(3))
    series.append(np.array([2.0, 5.0]), np.ones(2))
    assert series.window(4, 6) == slice(0, 5)
    assert series.nearest(4.9) == 4
