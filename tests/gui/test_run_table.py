"""The widths of the columns of the table of runs, and curves laid over each other under the mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.gui.pages.run_rows import COLUMNS, LEAVING, LIMITS_PX
from cnnstudio.gui.widgets.cross_hair import CrossHair
from cnnstudio.gui.widgets.overlay_plot import OverlayCurve, OverlayPlot
from cnnstudio.gui.widgets.overlay_points import overlay_points
from cnnstudio.gui.widgets.plot import Curve, Plot
from cnnstudio.gui.widgets.run_table import RunTable
from cnnstudio.runs.curves import MEASURES

LEFT = Qt.MouseButton.LeftButton
ROW = (
    "Run 1",
    "interrupted",
    0.934,
    (20, 20),
    "Handwritten digits",
    "LeNet-5 modern",
    61.0,
    823_000,
    None,
    "",
    "",
    "run-001",
)


@pytest.fixture
def table(qtbot: QtBot) -> RunTable:
    made = RunTable(COLUMNS, LIMITS_PX, LEAVING)
    qtbot.addWidget(made)
    made.show()
    return made


def cut_columns(table: RunTable) -> list[str]:
    """The columns whose text is wider than its cell, as Qt itself asks for room."""
    model = table.model()
    return [
        COLUMNS[column].title
        for column in table.shown_columns()
        if table.sizeHintForIndex(model.index(0, column)).width() > table.columnWidth(column)
    ]


def test_no_text_is_cut_while_there_is_room(table: RunTable, qtbot: QtBot) -> None:
    table.resize(1780, 300)
    table.set_rows([ROW])
    assert cut_columns(table) == []


def test_tags_and_notes_that_nobody_wrote_leave_their_room_to_the_names(table: RunTable) -> None:
    table.resize(1280, 300)
    names = ("Photographs of garden birds", "Inception-ResNet with attention")
    written = (*ROW[:4], *names, *ROW[6:9], "a tag of some length", "notes of some length", ROW[11])
    table.set_rows([written])
    before = [table.columnWidth(column) for column in (4, 5)]
    table.set_rows([(*written[:9], "", "", ROW[11])])
    assert all(table.columnWidth(column) < 75 for column in (9, 10)), "no wider than their headings"
    assert all(now > then for now, then in zip([table.columnWidth(c) for c in (4, 5)], before, strict=True))


def test_a_table_that_was_empty_gives_its_first_row_the_room_it_needs(table: RunTable) -> None:
    table.resize(904, 300)
    table.set_rows([])
    table.set_rows([ROW])
    cut = set(cut_columns(table))
    assert cut <= {"Data", "Network", "Name", "Folder"}


def test_in_a_small_window_numbers_and_states_stay_whole_and_nothing_scrolls_sideways(table: RunTable) -> None:
    table.resize(1120, 300)
    table.set_rows([ROW])
    assert not {"State", "Accuracy", "Epochs", "Time", "Size", "Begun"} & set(cut_columns(table))
    assert sum(table.columnWidth(column) for column in range(len(COLUMNS))) <= table.viewport().width()


def test_a_column_that_was_dragged_keeps_its_width(table: RunTable, qtbot: QtBot) -> None:
    table.resize(1500, 300)
    table.set_rows([ROW])
    table.horizontalHeader().resizeSection(0, 300)  # as the header does while its edge is dragged
    table.resize(1120, 300)
    table.set_rows([ROW])
    assert table.columnWidth(0) == 300


@pytest.fixture
def plots(qtbot: QtBot) -> tuple[Plot, Plot]:
    made = tuple(Plot(title, [Curve("a", "training"), Curve("b", "validation", is_dotted=True)]) for title in "LA")
    for place, plot in enumerate(made):
        qtbot.addWidget(plot)
        plot.resize(700, 260)
        plot.show()
        plot.append("a", np.arange(1, 100_001) / 100, np.sin(np.arange(100_000)) + 3 * place + 2)
        plot.append("b", [1, 500], [1.0, 2.0])
    made[0].cross = CrossHair(made, made[0])  # type: ignore[attr-defined]
    for plot in made:
        plot.draw()
    return made  # type: ignore[return-value]


def across(plot: Plot) -> tuple[float, float]:
    return plot._plot.across()


def wheel(plot: Plot, turns: int) -> None:
    viewport = plot._plot.viewport()
    middle = QPointF(viewport.rect().center())
    buttons, modifiers, phase = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    place = QPointF(viewport.mapToGlobal(middle.toPoint()))
    event = QWheelEvent(middle, place, QPoint(), QPoint(0, 120 * turns), buttons, modifiers, phase, False)
    QApplication.sendEvent(viewport, event)


def test_plots_that_share_an_axis_show_the_same_part_soon(plots: tuple[Plot, Plot], qtbot: QtBot) -> None:
    loss, accuracy = plots
    qtbot.waitUntil(lambda: across(loss) == across(accuracy))
    loss.append("a", np.arange(100_001, 150_001) / 100, np.zeros(50_000))
    loss.draw()
    qtbot.waitUntil(lambda: across(loss) == across(accuracy))
    assert across(loss)[1] >= 1500


def test_the_wheel_zooms_all_plots_and_a_double_click_or_the_chip_ends_it(
    plots: tuple[Plot, Plot], qtbot: QtBot
) -> None:
    loss, accuracy = plots
    whole = across(loss)
    assert not loss._all.isVisible()
    wheel(loss, 8)
    assert across(loss) == across(accuracy)
    assert across(loss)[1] - across(loss)[0] < 0.8 * (whole[1] - whole[0])
    assert accuracy._all.isVisible()
    part = across(loss)
    loss.append("a", [1600.0], [0.0])
    loss.draw()
    assert across(loss) == part  # points that come don't take the part away
    qtbot.mouseClick(accuracy._all, LEFT)
    assert across(loss) == across(accuracy)
    assert across(loss)[1] >= 1600
    wheel(accuracy, 5)
    qtbot.mouseDClick(loss._plot.viewport(), LEFT, pos=loss._plot.viewport().rect().center())
    assert across(accuracy)[1] >= 1600
    assert not loss._all.isVisible()


def test_a_zoomed_part_is_drawn_point_by_point_and_fills_the_height(plots: tuple[Plot, Plot]) -> None:
    loss, _ = plots
    loss.set_smoothing(0.5)
    loss._plot._across.zoom((300.0, 302.0))
    x, y = loss._raw["a"].getData()
    steps = np.arange(30_000, 30_201)
    assert set(steps / 100) <= set(x.tolist())
    assert y[np.isin(x, steps / 100)] == pytest.approx(np.sin(steps - 1) + 2)
    low, high = loss._plot.getPlotItem().viewRange()[1]
    assert 0.8 < low < 1.0
    assert 3.0 < high < 3.2
    smooth_x, _ = loss._lines["a"].getData()
    assert len(smooth_x) >= 200


def test_mouse_over_one_plot_tells_the_values_in_all(plots: tuple[Plot, Plot], qtbot: QtBot) -> None:
    loss, accuracy = plots
    box = loss._plot.getPlotItem().getViewBox()
    place = loss._plot.mapFromScene(box.mapViewToScene(QPointF(500.0, 2.0)))
    qtbot.mouseMove(loss._plot.viewport(), place + QPoint(9, 0))
    qtbot.mouseMove(loss._plot.viewport(), place)
    qtbot.waitUntil(lambda: "validation 2" in accuracy._values.text())
    assert "validation 2" in loss._values.text()


def test_overlaid_curves_are_drawn_anew_where_the_user_zooms(qtbot: QtBot) -> None:
    plot = OverlayPlot("Curves")
    qtbot.addWidget(plot)
    plot.resize(700, 300)
    plot.show()
    x = np.arange(1, 200_001) / 1000
    plot.set_curves([OverlayCurve(str(n), n, x, x + n) for n in range(3)])
    qtbot.waitUntil(lambda: len(plot._items) == 3)
    plot.plot._across.zoom((100.0, 100.1))
    shown = plot._items["1"].getData()[0]
    assert set(np.arange(100_000, 100_101) / 1000) <= set(shown.tolist())
    low, high = plot.plot.getPlotItem().viewRange()[1]
    assert 99.5 < low < 100.0
    assert 102.1 < high < 102.6
    assert plot.values_at(150.0)["2"] == pytest.approx(152.0)


def test_a_whole_run_fills_the_width_although_the_sheet_was_empty_before(qtbot: QtBot) -> None:
    plot = OverlayPlot("Curves")
    qtbot.addWidget(plot)
    plot.resize(700, 300)
    plot.show()
    x, none = np.arange(1.0, 21.0), np.empty(0)
    plot.set_curves([OverlayCurve("1", 0, none, none)])
    plot.draw()
    plot.set_curves([OverlayCurve("1", 0, x, x)])
    plot.draw()
    assert plot.plot.across()[0] == pytest.approx(0.0)
    assert 20.0 <= plot.plot.across()[1] < 21.0, "no epoch that never was"
    grown = np.arange(1.0, 31.0)
    plot.set_curves([OverlayCurve("1", 0, grown, grown)])
    plot.draw()
    assert plot.plot.across()[1] > 31.0, "what grows gets room for what is to come"


def test_points_of_a_history_that_goes_back_are_put_in_order_and_smoothed() -> None:
    loss = next(measure for measure in MEASURES if measure.is_per_step)
    found = overlay_points((np.array([1.0, 3.0, 2.0]), np.array([5.0, 1.0, 3.0])), loss)
    assert found.x.tolist() == [1.0, 2.0, 3.0]
    assert found.best == 1.0
    # By hand: s1 = 5; s2 = (0.95 * 0.05 * 5 + 0.05 * 3) / (1 - 0.95^2); and so on.
    s2 = (0.95 * 0.05 * 5 + 0.05 * 3) / (1 - 0.95**2)
    s3 = (0.95**2 * 0.05 * 5 + 0.95 * 0.05 * 3 + 0.05 * 1) / (1 - 0.95**3)
    assert found.y == pytest.approx([5.0, s2, s3])
