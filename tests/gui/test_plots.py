"""Curves, small curves and the confusion matrix."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets import plot_pace
from cnnstudio.gui.widgets.confusion import ConfusionMatrix
from cnnstudio.gui.widgets.numbers import loss_text
from cnnstudio.gui.widgets.plot import Curve, Plot
from cnnstudio.gui.widgets.plot_axes import ThemedPlot, short_number
from cnnstudio.gui.widgets.plot_pace import APART_MS, DRAW_MS, SLOWEST_MS, pause_ms
from cnnstudio.gui.widgets.shared_x import SharedX
from cnnstudio.gui.widgets.smoothing import BLOCK, Series, Smoother, thinned
from cnnstudio.gui.widgets.sparkline import SparklineStrip

LEFT = Qt.MouseButton.LeftButton


def exponential_mean(values: np.ndarray, factor: float) -> np.ndarray:
    """The recurrence, one value after the other."""
    state, shown = 0.0, []
    for count, value in enumerate(values, 1):
        state = factor * state + (1 - factor) * value
        shown.append(state / (1 - factor**count))
    return np.array(shown)


@pytest.mark.parametrize("factor", [0.5, 0.9, 0.99])
def test_smoothing_in_blocks_equals_the_recurrence(factor: float) -> None:
    values = np.random.default_rng(0).normal(size=3 * BLOCK + 17)
    smoother = Smoother(factor)
    parts = [smoother.extend(values[a:b]) for a, b in ((0, 5), (5, 600), (600, len(values)))]
    assert np.concatenate(parts) == pytest.approx(exponential_mean(values, factor), abs=1e-9)


def test_a_constant_stays_itself_from_the_first_value_on() -> None:
    assert Smoother(0.9).extend(np.full(10, 2.5)) == pytest.approx(np.full(10, 2.5))


def test_a_series_grows_and_can_be_smoothed_anew() -> None:
    series = Series(0.9)
    values = np.random.default_rng(1).normal(size=5000)
    for start in range(0, 5000, 37):
        series.append(np.arange(start, min(start + 37, 5000)), values[start : start + 37])
    assert len(series) == 5000
    assert series.y == pytest.approx(values)
    assert series.smooth == pytest.approx(exponential_mean(values, 0.9), abs=1e-9)
    series.set_factor(0.5)
    assert series.smooth == pytest.approx(exponential_mean(values, 0.5), abs=1e-9)


def test_thinning_keeps_the_first_and_the_last_point() -> None:
    x, y = thinned(np.arange(100_001.0), np.arange(100_001.0) ** 2, 2000)
    assert len(x) == 2000
    assert (x[0], x[-1], y[-1]) == (0, 100_000, 1e10)


@pytest.fixture
def plot(qtbot: QtBot) -> Plot:
    plot = Plot("Loss", [Curve("train", "training"), Curve("val", "validation", is_dotted=True)])
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    plot.show()
    return plot


def shown(plot: Plot) -> tuple[float, float]:
    """The part of the horizontal axis that is seen."""
    return plot._plot.across()


def test_points_are_drawn_soon_after_they_come(plot: Plot, qtbot: QtBot) -> None:
    plot.append("train", [1, 2, 3], [3.0, 2.0, 1.0])
    plot.append("train", [4], [0.5])
    plot.append("val", [4], [0.7])
    assert plot.points("train") == 4
    qtbot.waitUntil(
        lambda: len(plot._lines["train"].getData()[0] if plot._lines["train"].getData()[0] is not None else []) == 4
    )
    assert plot.values_at(4)["validation"] == 0.7


def test_a_hundred_thousand_points_are_drawn_in_less_than_a_tenth_of_a_second_of_work(plot: Plot) -> None:
    plot.append("train", np.arange(100_000), np.random.default_rng(0).normal(size=100_000))
    plot.draw()
    plot.grab()
    started_s = time.process_time()
    plot.append("train", [100_000], [0.0])
    plot.draw()
    plot.grab()
    assert time.process_time() - started_s < 0.1


def test_the_legend_hides_and_shows_a_curve(plot: Plot, qtbot: QtBot) -> None:
    plot.append("val", [1, 2], [1.0, 2.0])
    plot.draw()
    qtbot.mouseClick(plot._legend["val"], LEFT)
    assert "validation" not in plot.values_at(1)
    qtbot.mouseClick(plot._legend["val"], LEFT)
    assert plot.values_at(1) == {"validation": 1.0}


def test_the_log_chip_makes_the_axis_logarithmic(plot: Plot, qtbot: QtBot) -> None:
    plot.append("val", [1, 2, 3], [1.0, 10.0, 1000.0])
    plot.draw()
    qtbot.mouseClick(plot._log, LEFT)
    plot.grab()
    low, high = plot._plot.getPlotItem().viewRange()[1]
    assert low == pytest.approx(0, abs=0.3)
    assert high == pytest.approx(3, abs=0.3)


def test_a_change_of_theme_repaints_the_plot_too(plot: Plot) -> None:
    before = plot._plot.backgroundBrush().color()
    theme.set_choice("dark")
    after = plot._plot.backgroundBrush().color()
    assert before == QColor(theme.tokens.replace(name="light").surface) or before != after
    assert after == theme.color("surface")
    assert plot._lines["train"].opts["pen"].color() == theme.color("series.0")


@pytest.mark.parametrize("smoothing", [0.0, 0.9])
def test_only_a_dotted_curve_has_dots(plot: Plot, smoothing: float) -> None:
    plot.set_smoothing(smoothing)
    for key in ("train", "val"):
        plot.set_data(key, [1, 2, 3], [3, 2, 1])
    plot.draw()
    assert [len(plot._lines[key].scatter.data) for key in ("train", "val")] == [0, 3]


def test_clear_takes_all_points_away(plot: Plot) -> None:
    plot.append("train", [1, 2], [1.0, 2.0])
    plot.clear()
    assert plot.points("train") == 0
    assert plot.values_at(1) == {}


@pytest.fixture
def matrix(qtbot: QtBot) -> ConfusionMatrix:
    matrix = ConfusionMatrix()
    qtbot.addWidget(matrix)
    matrix.resize(420, 420)
    matrix.set_counts(np.array([[8, 2, 0], [0, 10, 0], [1, 0, 4]]), ["cat", "dog", "owl"])
    matrix.show()
    return matrix


def test_a_cell_says_itself_in_words(matrix: ConfusionMatrix) -> None:
    assert matrix.cell_text(0, 1) == "2 of 10 (20.0 %) with 'cat' were taken for 'dog'."
    assert matrix.cell_text(1, 1) == "10 of 10 (100.0 %) with 'dog' were recognised."


def test_a_click_brings_true_and_given_class(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    with qtbot.waitSignal(matrix.chosen) as caught:
        qtbot.mouseClick(matrix, LEFT, pos=matrix.cell_rect(2, 0).center().toPoint())
    assert caught.args == [2, 0]
    assert "were taken for 'cat'" in matrix.accessibleDescription()


def test_arrow_keys_walk_the_cells_and_stop_at_the_edge(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    matrix.chosen.connect(lambda row, column: seen.append((row, column)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(matrix, key)
    assert seen == [(0, 0), (0, 1), (1, 1), (0, 1), (0, 1)]


def test_a_click_beside_the_cells_brings_nothing(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    seen: list[int] = []
    matrix.chosen.connect(lambda row, column: seen.append(row))
    qtbot.mouseClick(matrix, LEFT, pos=QPoint(2, 2))
    assert seen == []


@pytest.mark.parametrize("size", [(421, 433), (500, 377)])
def test_edges_of_cells_are_sharp_at_any_size(matrix: ConfusionMatrix, size: tuple[int, int]) -> None:
    matrix.resize(*size)
    image = matrix.grab().toImage()
    area = matrix.cell_rect(1, 0).united(matrix.cell_rect(1, 2)).toRect()
    ratio = image.devicePixelRatio()
    # In the upper quarter of the middle row no number is in the way.
    y = round((area.top() + area.height() / 4) * ratio)
    row = {image.pixelColor(x, y).name() for x in range(round(area.left() * ratio), round(area.right() * ratio))}
    assert row == {theme.color(role).name() for role in ("sunken", "accent", "surface")}


def test_two_hundred_classes_are_painted_and_still_hit(qtbot: QtBot) -> None:
    matrix = ConfusionMatrix()
    qtbot.addWidget(matrix)
    matrix.resize(600, 600)
    matrix.set_counts(np.eye(200, dtype=np.int64), [f"class {n}" for n in range(200)])
    matrix.grab()
    assert matrix.cell_at(matrix.cell_rect(199, 3).center()) == (199, 3)


def test_small_curves_leave_out_what_is_not_finite(qtbot: QtBot) -> None:
    strip = SparklineStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 64)
    strip.set_values({"conv1": [1, 2, float("nan"), 4], "fc1": [1.0], "flat": [3, 3, 3]})
    image = strip.grab().toImage()
    accent = theme.color("series.0").rgb()
    assert any(image.pixel(x, y) == accent for x in range(130) for y in range(24, 62))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("0.5", "0.5"),
        ("20000", "20000"),
        ("250000", "2.5e5"),
        ("3e+33", "3e33"),
        ("1e-05", "1e-5"),
        ("-400000", "-4e5"),
    ],
)
def test_numbers_of_an_axis_fit_beside_it(text: str, short: str) -> None:
    assert short_number(text) == short


@pytest.mark.parametrize(
    ("value", "text"), [(0.0581, "0.058"), (999.25, "999.250"), (227_914.168, "227,900"), (1.34e33, "1.34e33")]
)
def test_a_loss_that_blew_up_is_told_in_four_digits(value: float, text: str) -> None:
    assert loss_text(value) == text


def test_axis_of_a_huge_loss_keeps_its_numbers(plot: Plot) -> None:
    axis = plot.findChildren(ThemedPlot)[0].getPlotItem().getAxis("left")
    texts = axis.tickStrings([0.0, 200_000.0, 450_000.0], 1.0, 50_000.0)
    assert texts == ["0", "2e5", "4.5e5"]


def test_plots_in_sight_share_the_time_and_those_that_are_gone_take_none(qtbot: QtBot) -> None:
    alone = pause_ms(10.0)
    plots = [Plot("Loss", [Curve("a", "training")]) for _ in range(4)]
    for plot in plots:
        plot.show()
    assert pause_ms(10.0) >= min(SLOWEST_MS, 2 * alone)
    assert pause_ms(0.001) == DRAW_MS
    for plot in plots:
        plot.close()
        delete(plot)
    assert pause_ms(10.0) == alone


def test_plots_that_share_an_axis_grow_one_after_another(qtbot: QtBot) -> None:
    plots = [Plot(title, (Curve("a", "a"),), x_title="epoch") for title in ("first", "second")]
    across = SharedX()
    for plot in plots:
        plot.share_x(across)
        qtbot.addWidget(plot)
        plot.resize(400, 200)
        plot.show()
        plot.append("a", [0.0, 1.0], [1.0, 2.0])
    qtbot.waitUntil(lambda: all(shown(plot)[1] < 1.2 for plot in plots))
    qtbot.wait(2 * APART_MS)
    plots[0].append("a", [9.0], [3.0])
    plots[0].draw()
    assert shown(plots[0])[1] > 9
    assert shown(plots[1])[1] < 1.2, "painted in the same go"
    qtbot.waitUntil(lambda: shown(plots[1]) == shown(plots[0]))


def test_a_zoom_in_one_plot_is_seen_at_once_in_the_others_and_ends_in_all(qtbot: QtBot) -> None:
    plots = [Plot(title, (Curve("a", "a"),)) for title in ("first", "second")]
    across = SharedX()
    for plot in plots:
        plot.share_x(across)
        qtbot.addWidget(plot)
        plot.show()
        plot.set_data("a", [0.0, 10.0], [1.0, 2.0])
        plot.draw()
    across.zoom((2.0, 4.0))
    assert [shown(plot) for plot in plots] == [(2.0, 4.0), (2.0, 4.0)]
    plots[0].append("a", [30.0], [1.0])
    plots[0].draw()
    assert [shown(plot) for plot in plots] == [(2.0, 4.0), (2.0, 4.0)]
    across.show_all()
    across.fit()
    assert shown(plots[0]) == shown(plots[1])
    assert shown(plots[0])[1] >= 30


def test_the_grid_lies_below_the_curves(plot: Plot) -> None:
    plot.set_smoothing(0.0)
    plot.set_data("train", [5.0, 5.0], [0.0, 2.0])
    plot.set_data("val", [0.0, 10.0], [0.0, 2.0])
    plot.draw()
    crossing = plot._plot.getPlotItem().getViewBox().mapViewToScene(QPointF(5.0, 0.5))  # of a curve and a grid's line
    place, picture = plot._plot.mapFromScene(crossing), plot._plot.grab().toImage()
    ratio, blue = picture.devicePixelRatio(), theme.color("series.0")
    x, y = (int(value * ratio) for value in (place.x(), place.y()))
    for row in range(y - 3, y + 4):
        assert blue in [picture.pixelColor(column, row) for column in range(x - 2, x + 3)], row - y


def test_a_new_curve_is_drawn_more_often_in_its_first_seconds(plot: Plot, monkeypatch: pytest.MonkeyPatch) -> None:
    plot.append("train", [1.0], [1.0])
    pace = plot._pace
    pace.drawn(6.0)
    pace.painted(6.0)
    young = pace._timer.interval()
    monkeypatch.setattr(plot_pace, "EAGER_S", 0.0)
    pace.painted(6.0)
    assert pace._timer.interval() > 2 * young
    monkeypatch.undo()
    plot.clear()
    assert pace._timer.interval() == DRAW_MS
