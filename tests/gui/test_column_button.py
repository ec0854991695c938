"""Which columns of the table of runs a window of some width shows, and how the user chooses others."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.gui.pages.run_rows import COLUMNS, LEAVING, LIMITS_PX
from cnnstudio.gui.widgets.column_button import FITTING, ColumnButton
from cnnstudio.gui.widgets.run_table import RunTable

LEFT = Qt.MouseButton.LeftButton
WIDE_ROW = (
    "Learning rate 0.05, warm-up of 5 epochs, label smoothing 0.1",
    "interrupted",
    0.934,
    (1_000, 1_000),
    "Photographs of garden birds",
    "Inception-ResNet with attention",
    86_399.0,
    823_000_000,
    datetime(2024, 11, 22, 20, 46, tzinfo=UTC),
    "night, warm-up, baseline",
    "Look at the third layer again, and try less weight decay.",
    "/media/someone/drive/runs/run-001",
)
SHORT_ROW = ("Run 1", "finished", 0.934, (20, 20), "Digits", "LeNet-5", 61.0, 823_000, None, "", "", "run-001")


@pytest.fixture
def table(qtbot: QtBot) -> RunTable:
    made = RunTable(COLUMNS, LIMITS_PX, LEAVING)
    qtbot.addWidget(made)
    made.show()
    return made


def titles(table: RunTable) -> list[str]:
    return [COLUMNS[column].title for column in table.shown_columns()]


def first_to_leave(table: RunTable, shown: list[str] | None = None) -> list[str]:
    """What of these columns, or of all, is no more in sight as soon as the window is too narrow for them."""
    wanted = shown or [column.title for column in COLUMNS]
    for width_px in range(2400, 500, -10):
        table.resize(width_px, 300)
        if gone := [title for title in wanted if title not in titles(table)]:
            return gone
    return []


@pytest.mark.parametrize("width_px", [600, 876, 1132])
@pytest.mark.parametrize("rows", [[SHORT_ROW], [WIDE_ROW], [SHORT_ROW, WIDE_ROW] * 20])
def test_nothing_scrolls_sideways_in_a_narrow_window(
    table: RunTable, qtbot: QtBot, width_px: int, rows: list[tuple[object, ...]]
) -> None:
    table.resize(width_px, 200)
    table.set_rows(rows)
    assert sum(table.columnWidth(column) for column in table.shown_columns()) <= table.viewport().width()
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    assert {"Name", "State", "Accuracy", "Data", "Network"} <= set(titles(table))
    assert table.columnWidth(0) >= 150
    whole = str(table.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole))
    assert rows[0][0] in whole or rows[-1][0] in whole


def test_the_folder_leaves_first_and_comes_back_with_the_room(table: RunTable) -> None:
    table.set_rows([WIDE_ROW])
    assert first_to_leave(table) == ["Folder"]
    table.resize(2400, 300)
    assert "Folder" in titles(table)


def test_tags_and_notes_that_nobody_wrote_leave_before_the_folder(table: RunTable) -> None:
    table.set_rows([SHORT_ROW])
    assert first_to_leave(table) == ["Notes"]
    assert first_to_leave(table, titles(table)) == ["Tags"]


def test_what_the_rows_are_sorted_by_stays_in_sight(table: RunTable) -> None:
    table.set_sortable(7)
    table.resize(876, 300)
    table.set_rows([WIDE_ROW])
    assert "Size" in titles(table)
    assert "Time" not in titles(table)


@pytest.fixture
def columns(table: RunTable, qtbot: QtBot) -> ColumnButton:
    made = ColumnButton(COLUMNS)
    qtbot.addWidget(made)
    made.picked.connect(table.set_columns)

    def show() -> None:
        made.set_shown(table.shown_columns(), is_fitting=table.is_fitting())

    table.columns_changed.connect(show)
    table.resize(876, 300)
    table.set_rows([WIDE_ROW])
    return made


def pick(columns: ColumnButton, qtbot: QtBot, text: str) -> None:
    """Open the menu and take an entry."""
    qtbot.mouseClick(columns, LEFT)
    assert columns.menu_shown is not None
    next(action for action in columns.menu_shown.actions() if action.text() == text).trigger()
    columns.menu_shown.close()


def test_a_column_is_brought_back_by_its_tick_and_as_many_as_fit_takes_it_away(
    table: RunTable, columns: ColumnButton, qtbot: QtBot
) -> None:
    before = titles(table)
    assert "Folder" not in before
    assert "Folder" in columns.toolTip()
    pick(columns, qtbot, "Folder")
    assert titles(table) == [*before, "Folder"]
    pick(columns, qtbot, "Data")
    assert titles(table) == [title for title in [*before, "Folder"] if title != "Data"]
    pick(columns, qtbot, FITTING)
    assert titles(table) == before


def test_the_menu_ticks_what_is_shown_and_keeps_the_names(table: RunTable, columns: ColumnButton, qtbot: QtBot) -> None:
    qtbot.mouseClick(columns, LEFT)
    assert columns.menu_shown is not None
    fitting, _, *entries = columns.menu_shown.actions()
    assert fitting.isChecked()
    assert [entry.text() for entry in entries if entry.isChecked()] == titles(table)
    assert [entry.text() for entry in entries if not entry.isEnabled()] == ["Name"]
    columns.menu_shown.close()
