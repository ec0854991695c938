"""The table of layers in windows of any width."""

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.gui.widgets.layer_table import COLUMNS, LayerTable
from cnnstudio.network.summary import summarize
from cnnstudio.network.zoo import fit_architecture


def titles(table: LayerTable) -> list[str]:
    return [column.title for place, column in enumerate(COLUMNS) if not table.isColumnHidden(place)]


@pytest.mark.parametrize("width_px", [400, 504, 700])
def test_names_stay_readable_and_nothing_scrolls_sideways(qtbot: QtBot, width_px: int) -> None:
    table = LayerTable()
    qtbot.addWidget(table)
    table.resize(width_px, 200)
    table.show()
    table.set_summary(summarize(fit_architecture("lenet5", (1, 32, 32), 10)))
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    assert table.columnWidth(0) >= 100
    assert {"Layer", "Output", "Parameters"} <= set(titles(table))


def test_the_share_leaves_first_and_comes_back_with_the_room(qtbot: QtBot) -> None:
    table = LayerTable()
    qtbot.addWidget(table)
    table.resize(900, 200)
    table.show()
    table.set_summary(summarize(fit_architecture("lenet5", (1, 32, 32), 10)))
    every = [column.title for column in COLUMNS]
    assert titles(table) == every
    for width_px in range(900, 300, -10):
        table.resize(width_px, 200)
        if titles(table) != every:
            break
    assert titles(table) == every[:-1]
    table.resize(900, 200)
    assert titles(table) == every
