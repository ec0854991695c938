"""Which columns find room, and how they share it; expected widths by hand."""

import pytest

from cnnstudio.gui.widgets.column_room import fitting_columns, shared_widths


@pytest.mark.parametrize(
    ("wanted", "least", "room", "given"),
    [
        ([100, 300, 50], [10, 10, 10], 500, [100, 300, 50]),
        ([100, 300, 50], [10, 10, 10], 250, [100, 100, 50]),
        ([100, 300, 50], [10, 10, 10], 150, [50, 50, 50]),
        ([100, 300, 50], [100, 10, 50], 200, [100, 50, 50]),
        ([100, 300, 50], [90, 80, 50], 10, [90, 80, 50]),
    ],
)
def test_the_widest_columns_give_way_first(wanted: list[int], least: list[int], room: int, given: list[int]) -> None:
    assert shared_widths(wanted, least, room) == given


@pytest.mark.parametrize(
    ("least", "leaving", "room", "shown"),
    [
        ([100, 50, 60], [2, 1], 210, [0, 1, 2]),
        ([100, 50, 60], [2, 1], 209, [0, 1]),
        ([100, 50, 60], [1, 2], 209, [0, 2]),
        ([100, 50, 60], [2, 1], 149, [0]),
        ([100, 50, 60], [2], 20, [0, 1]),
    ],
)
def test_columns_leave_in_their_order_until_the_others_fit(
    least: list[int], leaving: list[int], room: int, shown: list[int]
) -> None:
    assert fitting_columns(least, leaving, room) == shown
