"""What the rows of the layers show: where outputs lie, and numbers that read well."""

import itertools

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.gui.widgets.health_rows import COLUMNS, SHARES, HealthRows, _number, column_rect
from cnnstudio.training.events import LayerRow

SOUND = LayerRow("conv1", 0.5, 1e-3, 0.2, 1.0, 0.05, -1.0, 1.0, (1, 2))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.00023, "0.00023"),
        (-1.25, "−1.2"),
        (340.4, "340"),
        (2e-6, "2·10⁻⁶"),
        (-3e7, "−3·10⁷"),
    ],
)
def test_number_reads_well_at_every_size(value: float | None, text: str) -> None:
    assert _number(value) == text


def test_outputs_are_drawn_where_they_lie(qtbot: QtBot) -> None:
    rows = HealthRows()
    qtbot.addWidget(rows)
    rows.resize(560, 120)
    rows.show()
    pictures = []
    for mean, spread in ((0.2, 1.0), (-0.6, 1.0), (0.2, 0.1)):
        rows.set_rows([LayerRow(**{**vars(SOUND), "mean": mean, "spread": spread}), SOUND])
        pictures.append(rows.grab().toImage())
        assert f"mean {_number(mean)} and spread {_number(spread)}" in rows.describe(0)
    assert pictures[0] != pictures[1]
    assert pictures[0] != pictures[2]


def test_columns_fill_the_row() -> None:
    assert len(COLUMNS) == len(SHARES)
    assert sum(SHARES) == pytest.approx(1)


def test_columns_do_not_overlap() -> None:
    from PySide6.QtCore import QRectF

    row = QRectF(0, 0, 560, 26)
    rects = [column_rect(row, place) for place in range(len(COLUMNS))]
    assert all(left.right() <= right.left() for left, right in itertools.pairwise(rects))
    assert rects[-1].right() <= row.right()
