"""Notices: who waits for whom, and what they must not cover."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QGraphicsView, QLineEdit, QListView, QSlider, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.notice import NoticeBar
from cnnstudio.gui.widgets.notice_queue import MOST_WAITING, Notice, NoticeQueue

WARN, INFO, BAD = Notice("warn", "A copy was opened."), Notice("info", "Fitted."), Notice("bad", "The disk is full.")
OFFER = Notice("info", "In the bin.", "", "Undo")


def said(queue: NoticeQueue, *steps_ms: int) -> list[str]:
    """What is shown after each of these moments."""
    shown = []
    for now_ms in steps_ms:
        queue.step(now_ms)
        shown.append(queue.current.text if queue.current else "")
    return shown


def test_a_lower_one_waits_until_the_graver_was_read() -> None:
    queue = NoticeQueue()
    queue.add(WARN, 0)
    assert queue.step(0) == 9_000
    queue.add(INFO, 500)
    assert queue.step(500) == 4_500
    assert said(queue, 4_999, 5_000, 9_999, 10_000) == [WARN.text, INFO.text, INFO.text, ""]


def test_a_graver_one_is_shown_at_once_and_what_was_not_read_comes_again() -> None:
    queue = NoticeQueue()
    queue.add(INFO, 0)
    queue.step(0)
    queue.add(BAD, 100)
    assert said(queue, 100, 7_099, 7_100) == [BAD.text, BAD.text, INFO.text]


def test_the_same_notice_again_stays_longer_and_is_not_said_twice() -> None:
    queue = NoticeQueue()
    queue.add(INFO, 0)
    queue.step(0)
    queue.add(INFO, 3_000)
    assert said(queue, 7_999, 8_000) == [INFO.text, ""]


def test_an_offer_outlives_other_notices_and_ends_with_its_answer() -> None:
    queue = NoticeQueue()
    queue.add(OFFER, 0)
    assert queue.step(0) is None
    queue.add(INFO, 1_000)
    assert said(queue, 1_000, 6_000, 900_000) == [INFO.text, OFFER.text, OFFER.text]
    queue.close()
    assert said(queue, 900_001) == [""]


def test_another_offer_takes_the_place_of_the_first() -> None:
    queue = NoticeQueue()
    queue.add(OFFER, 0)
    queue.step(0)
    queue.add(Notice("info", "Run 2 is in the bin.", "", "Undo"), 10)
    assert said(queue, 10) == ["Run 2 is in the bin."]
    queue.withdraw()
    assert said(queue, 20) == [""]


def test_of_too_many_the_least_grave_is_dropped() -> None:
    queue = NoticeQueue()
    queue.add(BAD, 0)
    queue.step(0)
    queue.add(INFO, 0)
    for number in range(MOST_WAITING):
        queue.add(Notice("warn", str(number)), 0)
    shown = said(queue, *range(10_000, 100_000, 10_000))
    assert shown[:MOST_WAITING] == [str(number) for number in range(MOST_WAITING)]
    assert INFO.text not in shown


def test_closing_a_notice_shows_the_next(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(800, 600)
    room.show()
    notice = NoticeBar(room)
    notice.show_notice(WARN.kind, WARN.text)
    notice.show_notice(INFO.kind, INFO.text)
    assert notice.text() == WARN.text
    close = next(button for button in notice.findChildren(Button) if button.accessibleName() == "Close notice")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert notice.text() == INFO.text
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not notice.isVisible()


def test_it_covers_neither_main_button_nor_slider_nor_table(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(1024, 700)
    main, slider, table = Button("Start", "Begin.", role="main"), QSlider(), QListView()
    for widget, place in ((main, (700, 620, 300, 40)), (slider, (520, 600, 110, 20)), (table, (0, 500, 480, 200))):
        widget.setParent(room)
        widget.setGeometry(*place)
    room.show()
    notice = NoticeBar(room)
    notice.show_notice("bad", "The disk is full.", "Free some space, then save again.")
    assert room.rect().contains(notice.geometry())
    for widget in (main, slider, table):
        assert not notice.geometry().intersects(widget.geometry()), widget


def test_it_makes_room_for_a_button_that_comes_right_after_it(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(1000, 600)
    button = Button("Folder…", "Choose a folder.")
    button.setParent(room)
    button.setGeometry(10, 10, 120, 40)
    room.show()
    notice = NoticeBar(room)
    notice.show_notice("ok", "Saved.")
    button.setGeometry(notice.geometry())
    qtbot.waitUntil(lambda: not notice.geometry().intersects(button.geometry()), timeout=2_000)


def test_in_an_empty_room_it_lies_at_the_bottom_right(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(1000, 600)
    room.show()
    notice = NoticeBar(room, margin_px=46)
    notice.show_notice("ok", "Saved.")
    place: QRect = notice.geometry()
    assert (place.right() + 1, place.bottom() + 1) == (1000 - 16, 600 - 46)


def test_it_covers_a_gallery_rather_than_a_field_that_is_typed_into(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(1000, 600)
    view, field = QListView(room), QLineEdit(room)
    view.setGeometry(0, 0, 600, 600)
    field.setGeometry(620, 520, 360, 30)
    notice = NoticeBar(room)
    room.show()
    notice.show_notice("info", "LeNet-5 now takes 3×64×64 images and has 2 outputs.")
    assert not notice.geometry().intersects(field.geometry())


def test_it_covers_the_text_beside_a_plot_rather_than_the_plot(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(1280, 800)
    plot = QGraphicsView(room)
    plot.setGeometry(320, 100, 640, 650)
    room.show()
    notice = NoticeBar(room)
    notice.show_notice("ok", "Run 7 is trained.")
    # It asks for 520 px, and between the plot and the right edge there are 304.
    assert not notice.geometry().intersects(plot.geometry())
    assert room.rect().contains(notice.geometry())


def test_its_icon_follows_the_theme_while_it_is_shown(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(800, 600)
    room.show()
    notice = NoticeBar(room)
    theme.set_choice("light")
    notice.show_notice("ok", "Saved.")
    for name in ("dark", "light"):
        theme.set_choice(name)  # type: ignore[arg-type]
        image = notice._icon.pixmap().toImage()
        pixels = {image.pixelColor(x, y).rgba() for x in range(image.width()) for y in range(image.height())}
        assert theme.color("ok").rgba() in pixels
