"""Sheets of tiles and what is painted on them, without a session."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from cnnstudio.evaluation.predict import Guess, Prediction
from cnnstudio.explain.colours import colour_table
from cnnstudio.gui.widgets.answer_sheet import Answer, AnswerSheet
from cnnstudio.gui.widgets.colour_legend import ColourLegend, value_text
from cnnstudio.gui.widgets.field_rows import KeyedCombo
from cnnstudio.gui.widgets.layer_strip import LayerEntry, LayerStrip
from cnnstudio.gui.widgets.map_grid import MapGrid
from cnnstudio.gui.widgets.result_sheet import Result, ResultSheet


@pytest.fixture
def grid(qtbot):
    made = MapGrid("Maps")
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    return made


@pytest.mark.parametrize(("count", "side"), [(6, 28), (16, 10), (64, 8), (400, 1), (3, 224), (512, 7)])
def test_tiles_of_any_size_are_seen_and_stay_inside_the_width(grid, count, side):
    grid.set_tiles(np.zeros((count, side, side, 3), np.uint8))

    assert grid.count() == count
    last = grid.tile_rect(count - 1)
    assert last.width() >= 20
    assert all(grid.tile_rect(i).right() <= grid.viewport().width() for i in range(count))


def test_pointing_tells_tile_row_and_column_and_leaving_tells_none(grid, qtbot):
    grid.set_tiles(np.zeros((4, 10, 20, 3), np.uint8))
    told = []
    grid.pointed.connect(lambda *place: told.append(place))
    rect = grid.tile_rect(1)
    zoom = rect.width() / 20

    qtbot.mouseMove(grid.canvas(), rect.topLeft() + QPoint(int(7.5 * zoom), int(3.5 * zoom)))
    grid.mouse_moved(QPoint(-1, -1).toPointF())

    assert told[-2:] == [(1, 3, 7), (-1, -1, -1)]


def test_arrow_keys_walk_tiles_by_rows_and_columns(grid, qtbot):
    grid.set_tiles(np.zeros((6, 28, 28, 3), np.uint8), columns=3)
    chosen = []
    grid.chosen.connect(chosen.append)
    grid.set_chosen(0)

    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(grid.canvas(), key)

    assert chosen == [1, 4, 3, 5, 0]


def test_the_strip_walks_sideways_and_leaves_up_and_down_to_the_page(qtbot):
    strip = LayerStrip()
    qtbot.addWidget(strip)
    strip.set_layers([LayerEntry(f"conv{i}", "6 filters 5×5", "6×28×28", "conv") for i in range(30)])
    strip.resize(400, 140)
    strip.show()
    strip.set_layer("conv0")

    qtbot.keyClick(strip.canvas(), Qt.Key.Key_End)

    assert strip.layer() == "conv29"
    assert strip.horizontalScrollBar().value() > 0
    assert not strip.key_pressed(Qt.Key.Key_Up)


def test_a_strip_that_fits_needs_no_room_for_a_scroll_bar(qtbot):
    strip = LayerStrip()
    qtbot.addWidget(strip)
    strip.set_layers([LayerEntry(f"l{i}", "", "8", "fc") for i in range(3)])
    strip.resize(900, 200)
    strip.show()
    few = strip.height()
    strip.set_layers([LayerEntry(f"l{i}", "", "8", "fc") for i in range(40)])

    assert strip.height() > few


def test_an_answer_says_what_is_true_what_was_given_and_how_surely(qtbot):
    sheet = AnswerSheet("Mistakes")
    qtbot.addWidget(sheet)
    sheet.resize(600, 400)
    asked = []

    def picture(index):
        asked.append(index)
        return np.zeros((8, 8, 1), np.uint8)

    sheet.set_answers([Answer(i, "cat", "dog" if i else "cat", 0.9) for i in range(500)], picture)
    sheet.show()
    qtbot.waitUntil(lambda: len(asked) > 0)

    assert sheet.describe(1) == "Image 1: true cat, wrongly given dog, 90.0 % sure."
    assert "rightly" in sheet.describe(0)
    assert len(set(asked)) < 60  # only what is seen is asked for


@pytest.mark.parametrize(("names", "lines"), [(("3", "8"), 1), (("kitten", "sailing ship"), 2)])
def test_names_that_find_no_room_beside_each_other_get_a_line_each(qtbot, names, lines):
    sheet = AnswerSheet("Mistakes")
    qtbot.addWidget(sheet)
    sheet.resize(600, 400)
    sheet.set_answers([Answer(0, *names, 0.9)], lambda index: np.zeros((8, 8, 1), np.uint8))
    height = sheet.tile_size(sheet.size()).height()
    assert sheet.name_lines() == lines

    sheet.set_answers([Answer(0, "3", "8", 0.9)], lambda index: np.zeros((8, 8, 1), np.uint8))

    assert height - sheet.tile_size(sheet.size()).height() == 18 * (lines - 1)


def prediction(best):
    return Prediction("a.png", (Guess(0, "cat", best), Guess(1, "dog", 1 - best)), 1.5)


@pytest.mark.parametrize(
    ("p", "verdict"), [(0.98, ("cat, 98.0 %", "text")), (0.5, ("cat, 50.0 %", "text")), (0.49, None)]
)
def test_below_one_half_the_answer_is_not_sure(p, verdict):
    result = Result("a.png", np.zeros((4, 4, 1), np.uint8), prediction(p), None)

    assert result.verdict == (verdict or ("Not sure: perhaps cat", "warn"))


def test_a_problem_stands_where_the_guesses_would(qtbot):
    sheet = ResultSheet()
    qtbot.addWidget(sheet)
    sheet.resize(900, 400)
    sheet.add([Result("a.png", None, None, None, "'a.png' is empty (0 bytes).", "Remove it.")], is_first=True)
    sheet.show()

    assert sheet.describe(0) == "a.png: 'a.png' is empty (0 bytes). Remove it."
    assert sheet.grab().toImage().width() == 900


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (-0.5, 0.5, ("−0.5", "0", "0.5")),
        (0.0, 12345.6, ("0", "", "12,346")),
        (None, None, ("lowest of each map", "", "highest")),
    ],
)
def test_the_legend_names_the_ends(qtbot, low, high, texts):
    legend = ColourLegend()
    qtbot.addWidget(legend)

    legend.set_scale(colour_table("signed"), low, high)

    assert legend.texts() == texts


def test_a_scale_with_a_sign_of_each_picture_goes_from_minus_its_largest_over_zero(qtbot):
    legend = ColourLegend()
    qtbot.addWidget(legend)

    legend.set_scale(colour_table("signed"), None, None, each="kernel", has_sign=True)

    assert legend.texts() == ("− largest", "0", "+ largest")
    assert legend.toolTip() == "Colours from − largest to + largest of each kernel, whose middle is 0."


def test_values_are_written_with_three_digits_and_a_true_minus():
    assert [value_text(v) for v in (0.41239, -1.7, 0.00002)] == ["0.412", "−1.7", "2e−05"]


def test_a_choice_survives_new_options_and_tells_only_what_the_user_chose(qtbot):
    combo = KeyedCombo([("a", "A"), ("b", "B")])
    qtbot.addWidget(combo)
    told = []
    combo.picked.connect(told.append)
    combo.set_key("b")

    combo.set_options([(None, "nothing"), ("b", "B now"), ("c", "C")])
    assert combo.key() == "b"
    combo.set_options([("c", "C")])
    assert combo.key() == "c"
    assert told == []
    combo.show()
    qtbot.keyClick(combo, Qt.Key.Key_C)
    combo.activated.emit(0)
    assert told[-1] == "c"
