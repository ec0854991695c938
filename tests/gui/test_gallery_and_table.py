"""Gallery, table, pictures and bars: what is seen, and what keys and clicks do."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from pytestqt.qtbot import QtBot

from cnnstudio.gui.widgets.bars import Bars, Guess
from cnnstudio.gui.widgets.counts import ROW_PX, CountBars
from cnnstudio.gui.widgets.gallery import Gallery
from cnnstudio.gui.widgets.gallery_model import Badge, GalleryItems, PixmapCache
from cnnstudio.gui.widgets.picture import Picture
from cnnstudio.gui.widgets.pixels import from_qimage, to_qimage
from cnnstudio.gui.widgets.table import Column, Table

LEFT = Qt.MouseButton.LeftButton


def one_colour(number: int) -> np.ndarray:
    return np.full((8, 8, 3), number % 256, np.uint8)


def make_gallery(qtbot: QtBot, count: int = 50) -> Gallery:
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.resize(500, 400)
    gallery.show()
    gallery.set_items(GalleryItems(range(count), one_colour, lambda n: f"picture {n}", lambda n: Badge("test")))
    return gallery


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
def test_pixels_reach_the_image_unchanged(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    image = to_qimage(pixels)
    assert (image.width(), image.height()) == (7, 5)
    color = image.pixelColor(3, 2)
    wanted = pixels[2, 3] if len(shape) == 3 and shape[2] >= 3 else [pixels[2, 3].item()] * 3
    assert [color.red(), color.green(), color.blue()] == [int(value) for value in wanted[:3]]


def test_a_pasted_image_lies_on_white_and_keeps_its_colours() -> None:
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill(0)
    image.setPixelColor(1, 0, Qt.GlobalColor.red)
    pixels = from_qimage(image)
    assert pixels.shape == (2, 3, 3)
    assert pixels[0, 1].tolist() == [255, 0, 0]
    assert pixels[1, 2].tolist() == [255, 255, 255]


def test_a_gallery_makes_only_the_pictures_that_are_seen(qtbot: QtBot) -> None:
    made: list[int] = []

    def make(number: int) -> np.ndarray:
        made.append(number)
        return one_colour(number)

    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.resize(500, 400)
    gallery.show()
    gallery.set_items(GalleryItems(range(10_000), make, str))
    qtbot.waitUntil(lambda: len(made) > 0)
    gallery.grab()
    assert len(set(made)) < 200


def test_sixty_thousand_pictures_open_within_half_a_second(qtbot: QtBot) -> None:
    gallery = make_gallery(qtbot, 0)
    started_s = time.perf_counter()
    gallery.set_items(GalleryItems(range(60_000), one_colour, str))
    gallery.grab()
    assert time.perf_counter() - started_s < 0.5


def test_arrow_keys_walk_and_enter_opens(qtbot: QtBot) -> None:
    gallery = make_gallery(qtbot)
    chosen: list[int] = []
    opened: list[int] = []
    gallery.chosen.connect(chosen.append)
    gallery.activated_number.connect(opened.append)
    gallery.choose(0)
    qtbot.keyClick(gallery, Qt.Key.Key_Right)
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    assert chosen == [0, 1]
    assert opened == [1]
    assert gallery.current() == 1


def test_ctrl_and_the_wheel_zoom_within_limits(qtbot: QtBot) -> None:
    gallery = make_gallery(qtbot)
    before = gallery.zoom()
    for delta, count in ((120, 1), (120, 40), (-120, 80)):
        for _ in range(count):
            event = QWheelEvent(
                QPointF(50, 50),
                QPointF(50, 50),
                QPoint(),
                QPoint(0, delta),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.ControlModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            gallery.wheelEvent(event)
        if count == 1:
            assert gallery.zoom() > before
    assert gallery.zoom() == 32
    qtbot.keyClick(gallery, Qt.Key.Key_Plus)
    assert gallery.zoom() == 40


def test_the_chosen_picture_is_ringed_in_the_accent(qtbot: QtBot) -> None:
    from cnnstudio.gui.theme import theme

    gallery = make_gallery(qtbot)
    gallery.choose(0)
    image = gallery.grab().toImage()
    accent = theme.color("accent").rgb()
    rect = gallery.visualRect(gallery.model().index(0, 0))
    corner = gallery.viewport().mapTo(gallery, rect.topLeft())
    row = [image.pixel(corner.x() + x, corner.y() + rect.height() // 2) for x in range(6)]
    assert accent in row


def test_the_cache_keeps_to_its_bytes_and_forgets_the_oldest() -> None:
    cache = PixmapCache(limit_bytes=3 * 8 * 8 * 4)
    made: list[int] = []

    def make(number: int) -> np.ndarray:
        made.append(number)
        return one_colour(number)

    for number in (1, 2, 3, 1, 4, 1, 2):
        cache.get(number, make)
    assert len(cache) == 3
    assert cache.size_bytes <= 3 * 8 * 8 * 4
    assert made == [1, 2, 3, 4, 2]


def test_a_small_picture_is_enlarged_to_sharp_squares(qtbot: QtBot) -> None:
    picture = Picture()
    qtbot.addWidget(picture)
    picture.resize(100, 100)
    picture.set_pixels(np.array([[0, 255], [255, 0]], np.uint8))
    image = picture.grab().toImage()
    seen = {image.pixelColor(x, y).red() for x in range(100) for y in range(100)}
    assert seen == {0, 255}


def test_a_click_on_a_picture_names_the_pixel(qtbot: QtBot) -> None:
    picture = Picture()
    qtbot.addWidget(picture)
    picture.resize(160, 80)
    picture.set_pixels(np.zeros((8, 8), np.uint8))
    with qtbot.waitSignal(picture.clicked) as caught:
        qtbot.mouseClick(picture, LEFT, pos=QPoint(40 + 35, 65))
    assert caught.args == [6, 3]


def test_an_overlay_shows_through_by_its_opacity(qtbot: QtBot) -> None:
    picture = Picture()
    qtbot.addWidget(picture)
    picture.resize(64, 64)
    picture.set_pixels(np.zeros((4, 4), np.uint8))
    picture.set_overlay(np.full((4, 4, 3), 200, np.uint8), opacity=0.5)
    assert abs(picture.grab().toImage().pixelColor(32, 32).red() - 100) <= 1


def table(qtbot: QtBot) -> Table:
    columns = [Column("Layer", "Its name."), Column("Parameters", "Weights and biases.", is_number=True)]
    made = Table(columns, "Layers", "The layers.")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.set_rows([("conv1", 156), ("fc1", 48120), ("conv2", 2416), ("flatten", None)])
    return made


def test_numbers_of_a_table_stand_at_the_right_with_separators(qtbot: QtBot) -> None:
    made = table(qtbot)
    assert made.text(1, 1) == "48,120"
    index = made.model().index(1, 1)
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_a_click_on_a_heading_sorts_by_value_and_keeps_what_is_missing_last(qtbot: QtBot) -> None:
    made = table(qtbot)
    made.set_sortable(0)
    header = made.horizontalHeader()
    x = header.sectionViewportPosition(1) + 20
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))
    assert [made.text(row, 1) for row in range(4)] == ["156", "2,416", "48,120", "–"]


def test_what_is_missing_comes_last_in_a_descending_order_too(qtbot: QtBot) -> None:
    made = table(qtbot)
    made.set_sortable(1, is_descending=True)
    assert [made.text(row, 1) for row in range(4)] == ["48,120", "2,416", "156", "–"]
    made.set_rows([("conv1", None), ("fc1", 7), ("conv2", 2416), ("flatten", 7)])
    assert [made.text(row, 1) for row in range(4)] == ["2,416", "7", "7", "–"]


def test_rows_are_told_by_their_given_order_also_when_sorted(qtbot: QtBot) -> None:
    made = table(qtbot)
    made.set_sortable(1, is_descending=True)
    seen: list[int] = []
    made.chosen.connect(seen.append)
    names = [made.text(row, 0) for row in range(4)]
    place = names.index("fc1")
    qtbot.mouseClick(made.viewport(), LEFT, pos=made.visualRect(made.model().index(place, 0)).center())
    assert seen == [1]
    made.choose(2)
    assert (made.current(), seen) == (2, [1])


def test_new_numbers_keep_the_chosen_row(qtbot: QtBot) -> None:
    made = table(qtbot)
    made.choose(2)
    made.set_rows([("conv1", 1), ("fc1", 2), ("conv2", 3), ("flatten", 4)])
    assert made.current() == 2


def test_bars_say_their_guesses_to_a_screen_reader_and_drop_what_does_not_fit(qtbot: QtBot) -> None:
    bars = Bars(rows=2)
    qtbot.addWidget(bars)
    bars.set_guesses([Guess("cat", 0.62), Guess("dog", 0.27), Guess("owl", 0.11)])
    assert bars.accessibleDescription() == "cat 62.0 %, dog 27.0 %"


def test_a_bar_is_as_long_as_its_share(qtbot: QtBot) -> None:
    from cnnstudio.gui.theme import theme

    bars = Bars(rows=2)
    qtbot.addWidget(bars)
    bars.resize(400, 48)
    bars.set_guesses([Guess("cat", 1.0), Guess("dog", 0.5)])
    image, accent = bars.grab().toImage(), theme.color("accent").rgb()
    lengths = [sum(image.pixel(x, y) == accent for x in range(400)) for y in (12, 36)]
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=3)


def test_counts_are_summed_and_a_click_brings_the_class(qtbot: QtBot) -> None:
    counts = CountBars()
    qtbot.addWidget(counts)
    counts.set_counts(["cat", "dog"], {"training": [6, 4], "test": [2, 1]})
    counts.resize(300, 2 * ROW_PX)
    assert counts.total(0) == 8
    with qtbot.waitSignal(counts.chosen) as caught:
        qtbot.mouseClick(counts, LEFT, pos=QPoint(20, ROW_PX + 5))
    assert caught.args == [1]
    with qtbot.waitSignal(counts.chosen) as caught:
        qtbot.keyClick(counts, Qt.Key.Key_Up)
    assert caught.args == [0]
