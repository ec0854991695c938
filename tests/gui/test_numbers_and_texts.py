"""Numbers, times and sizes as people read and type them."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.numbers import DecimalField, WholeField, decimal_text, next_round
from cnnstudio.gui.widgets.table import number_text
from cnnstudio.gui.widgets.times import bytes_text, day_text, duration_text
from cnnstudio.gui.widgets.top_bar import shortened


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"),
        (0.0001, "0.0001"),
        (1e-5, "1e-5"),
        (0.05, "0.05"),
        (12500.0, "12,500"),
        (0.0, "0"),
        (1e6, "1e6"),
    ],
)
def test_decimals_read_well(value: float, text: str) -> None:
    shown = decimal_text(value)
    assert shown in (text, "1,000,000")
    assert float(shown.replace(",", "")) == value


@pytest.mark.parametrize(
    ("typed", "value"), [("0.01", 0.01), ("1e-4", 1e-4), ("0,05", 0.05), ("2E-3", 2e-3), ("12,500", 12500.0)]
)
def test_a_decimal_field_takes_points_commas_and_powers(qtbot: QtBot, typed: str, value: float) -> None:
    field = DecimalField(0, 1e6, "")
    qtbot.addWidget(field)
    field.selectAll()
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == pytest.approx(value, rel=1e-12)


def test_a_decimal_field_refuses_letters_and_what_is_out_of_range(qtbot: QtBot) -> None:
    field = DecimalField(0, 1, "")
    qtbot.addWidget(field)
    field.setValue(0.5)
    field.selectAll()
    qtbot.keyClicks(field, "x3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert 0 <= field.value() <= 1


def test_arrow_keys_step_through_round_decimals(qtbot: QtBot) -> None:
    field = DecimalField(0, 10, "")
    qtbot.addWidget(field)
    field.setValue(0.01)
    seen = []
    for _ in range(4):
        qtbot.keyClick(field, Qt.Key.Key_Up)
        seen.append(field.value())
    assert seen == pytest.approx([0.02, 0.05, 0.1, 0.2])
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value() == pytest.approx(0.1)


@pytest.mark.parametrize(("value", "up", "down"), [(0.03, 0.05, 0.02), (1.0, 2.0, 0.5), (7.0, 10.0, 5.0)])
def test_next_round_number(value: float, up: float, down: float) -> None:
    assert next_round(value, up=True) == pytest.approx(up)
    assert next_round(value, up=False) == pytest.approx(down)


def test_a_whole_field_shows_its_unit_and_groups_thousands(qtbot: QtBot) -> None:
    field = WholeField(1, 100_000, "images")
    qtbot.addWidget(field)
    field.setValue(12_345)
    assert field.text().endswith(" images")
    assert [sign for sign in field.text() if sign.isdigit()] == list("12345")


def test_the_wheel_changes_no_field_that_has_no_focus(qtbot: QtBot) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    field = WholeField(0, 10, "")
    qtbot.addWidget(field)
    field.setValue(5)
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    field.wheelEvent(event)
    assert field.value() == 5
    assert not event.isAccepted()


@pytest.mark.parametrize(
    ("share", "text"), [(0.981, "98.1 %"), (1.0, "100 %"), (0.0, "0 %"), (0.0004, "< 0.1 %"), (0.5, "50.0 %")]
)
def test_shares_in_per_cent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(8, "0:08"), (725, "12:05"), (3730, "1:02:10"), (59.6, "1:00"), (5 * 86400, "5.0 days")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(512, "512 B"), (4_200, "4.2 kB"), (1_400_000_000, "1.4 GB"), (980_000_000, "980 MB"), (999_700_000, "1.0 GB")],
)
def test_sizes(count: int, text: str) -> None:
    assert bytes_text(count) == text


def test_days() -> None:
    now = datetime(2026, 3, 12, 14, 5, tzinfo=UTC)
    assert day_text(now - timedelta(hours=1), now) == "today at 13:05"
    assert day_text(now - timedelta(days=1), now) == "yesterday at 14:05"
    assert day_text(now - timedelta(days=9), now) == "3 March 2026"


@pytest.mark.parametrize(("value", "text"), [(61706, "61,706"), (0.98123, "0.9812"), (None, "–"), ("conv1", "conv1")])
def test_cells_of_a_table(value: object, text: str) -> None:
    assert number_text(value) == text


def test_a_long_text_keeps_both_its_ends() -> None:
    text = "Data  " + "a" * 60 + ".folder"
    short = shortened(text, 30)
    assert len(short) <= 30
    assert short.startswith("Data  ")
    assert short.endswith("folder")


@pytest.mark.parametrize("cls", [WholeField, DecimalField])
def test_word_for_zero_gives_way_to_what_is_typed(qtbot: QtBot, cls: type[WholeField] | type[DecimalField]) -> None:
    field = cls(0, 100, "epochs")
    qtbot.addWidget(field)
    field.setSpecialValueText("off")
    field.show()
    assert field.text() == "off"
    qtbot.mouseClick(field.lineEdit(), Qt.MouseButton.LeftButton)
    field.clearFocus()
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(lambda: field.lineEdit().selectedText() == "off")
    qtbot.keyClicks(field, "12")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 12
    assert field.text() == "12 epochs"
    field.selectAll()
    qtbot.keyClicks(field, "0")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 0
    assert field.text() == "off"
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value() > 0
