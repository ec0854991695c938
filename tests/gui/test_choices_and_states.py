"""Tabs, chips, cards to choose from, drop zones, states, notices: what is clicked and what is said."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import Job, JobContext, JobState, Progress
from cnnstudio.gui.stylesheet import stylesheet
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.drop_zone import DropZone
from cnnstudio.gui.widgets.labels import ElidedLabel, Label, plain
from cnnstudio.gui.widgets.notice import NoticeBar
from cnnstudio.gui.widgets.option_cards import Option, OptionCards
from cnnstudio.gui.widgets.progress_bar import ProgressBar
from cnnstudio.gui.widgets.states import BusyState, EmptyState, ErrorState
from cnnstudio.gui.widgets.status_bar import StatusBar
from cnnstudio.gui.widgets.tabs import Chips, Tabs
from cnnstudio.gui.widgets.tile import NumberTile

LEFT = Qt.MouseButton.LeftButton
OPTIONS = [("a", "Filters", "The kernels."), ("b", "Maps", "The activations."), ("c", "Explain", "Where it looks.")]


@pytest.mark.parametrize("kind", [Tabs, Chips])
def test_a_click_chooses_and_tells_once(kind: type[Tabs] | type[Chips], qtbot: QtBot) -> None:
    tabs = kind(OPTIONS, "Views")
    qtbot.addWidget(tabs)
    seen: list[str] = []
    tabs.chosen.connect(seen.append)
    assert tabs.current() == "a"
    qtbot.mouseClick(tabs.button("b"), LEFT)
    qtbot.mouseClick(tabs.button("b"), LEFT)
    assert (seen, tabs.current()) == (["b"], "b")


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_press_a_button(qtbot: QtBot, key: Qt.Key) -> None:
    button = Button("Go", "Go there.")
    qtbot.addWidget(button)
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, key)


def test_arrow_keys_walk_tabs_and_turn_around_at_the_end(qtbot: QtBot) -> None:
    tabs = Tabs(OPTIONS, "Views")
    qtbot.addWidget(tabs)
    tabs.show()
    seen: list[str] = []
    tabs.chosen.connect(seen.append)
    qtbot.keyClick(tabs.button("a"), Qt.Key.Key_Right)
    qtbot.keyClick(tabs.button("b"), Qt.Key.Key_Left)
    qtbot.keyClick(tabs.button("a"), Qt.Key.Key_Left)
    assert seen == ["b", "a", "c"]


def test_other_tabs_keep_the_choice_if_it_is_still_there(qtbot: QtBot) -> None:
    tabs = Tabs(OPTIONS, "Views")
    qtbot.addWidget(tabs)
    tabs.set_current("c")
    tabs.set_options([OPTIONS[2], OPTIONS[0]])
    assert tabs.current() == "c"
    tabs.set_options(OPTIONS[:1])
    assert tabs.current() == "a"


def test_chips_wrap_when_there_is_no_room(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    chips = Chips([(str(n), f"Chip number {n}", "A chip.") for n in range(6)], "Chips")
    QVBoxLayout(holder).addWidget(chips)
    holder.resize(200, 400)
    holder.show()
    tops = {chips.button(str(n)).y() for n in range(6)}
    assert len(tops) > 1
    assert max(chips.button(str(n)).geometry().right() for n in range(6)) <= chips.width()


def test_a_card_to_choose_tells_its_key_also_when_it_is_chosen_already(qtbot: QtBot) -> None:
    cards = OptionCards([Option("x", "One", "The first.", "Tip."), Option("y", "Two", "The second.", "Tip.")], "Cards")
    qtbot.addWidget(cards)
    seen: list[str] = []
    cards.chosen.connect(seen.append)
    qtbot.mouseClick(cards.card("y"), LEFT)
    qtbot.mouseClick(cards.card("y"), LEFT)
    assert (seen, cards.current()) == (["y", "y"], "y")


def test_a_card_grows_with_its_text_where_it_is_narrow(qtbot: QtBot) -> None:
    cards = OptionCards([Option("x", "One", "A sentence that needs several lines here. " * 3, "Tip.")], "Cards")
    qtbot.addWidget(cards)
    card = cards.card("x")
    assert card.heightForWidth(160) > card.heightForWidth(600)


def drop_event(paths: list[Path], kind: type[QDropEvent]) -> tuple[QDropEvent, QMimeData]:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = QPoint(5, 5) if kind is QDragEnterEvent else QPointF(5, 5)
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    # The event does not own its data: whoever gets the event keeps both.
    return kind(place, copy, mime, LEFT, none), mime  # type: ignore[arg-type]


def test_a_drop_zone_lights_up_under_files_and_brings_their_paths(qtbot: QtBot, tmp_path: Path) -> None:
    zone = DropZone("Drop here", "Choose…", "A folder.")
    qtbot.addWidget(zone)
    seen: list[list[Path]] = []
    zone.dropped.connect(seen.append)
    enter, _kept = drop_event([tmp_path], QDragEnterEvent)
    zone.dragEnterEvent(enter)  # type: ignore[arg-type]
    assert zone.is_target
    drop, _kept2 = drop_event([tmp_path], QDropEvent)
    zone.dropEvent(drop)
    assert not zone.is_target
    assert seen == [[tmp_path]]


def test_a_drop_zone_ignores_text(qtbot: QtBot) -> None:
    zone = DropZone("Drop here", "Choose…", "A folder.")
    qtbot.addWidget(zone)
    enter, _kept = drop_event([], QDragEnterEvent)
    enter.setAccepted(False)
    zone.dragEnterEvent(enter)  # type: ignore[arg-type]
    assert not enter.isAccepted()
    assert not zone.is_target


def test_the_empty_state_has_one_button_that_tells(qtbot: QtBot) -> None:
    state = EmptyState("No data yet", "Choose some.", "Choose data", "Go there.")
    qtbot.addWidget(state)
    with qtbot.waitSignal(state.triggered):
        qtbot.mouseClick(state.button, LEFT)


def test_the_busy_state_shows_how_far_it_is_and_how_long_it_takes(qtbot: QtBot) -> None:
    state = BusyState("Opening")
    qtbot.addWidget(state)
    state.set_progress(Progress(300, 1200, "Reading images", 12.0))
    bar = state.findChild(QProgressBar)
    assert bar is not None
    assert bar.value() / bar.maximum() == 300 / 1200
    texts = [label.text() for label in state.findChildren(QLabel)]
    assert "300 of 1,200 · 0:12 left" in texts
    with qtbot.waitSignal(state.triggered):
        qtbot.mouseClick(state.button, LEFT)


def test_a_bar_that_knows_how_far_it_is_no_longer_moves_by_itself(qtbot: QtBot) -> None:
    bar = ProgressBar()
    qtbot.addWidget(bar)
    bar.setStyleSheet(stylesheet(theme.tokens))
    moves: list[QEvent.Type] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.StyleAnimationUpdate:
                moves.append(event.type())
            return False

    watch = Watch()
    bar.installEventFilter(watch)
    bar.set_done(0, 0)
    bar.show()
    qtbot.waitUntil(lambda: len(moves) > 3)
    bar.set_done(3, 4_000_000)
    qtbot.wait(100)
    moves.clear()
    qtbot.wait(300)
    assert not moves
    assert 0 < bar.value() < bar.maximum() / 50


def test_the_error_state_says_what_happened_what_is_safe_and_what_to_do(qtbot: QtBot) -> None:
    state = ErrorState("Your files were not changed.", "Choose another…", "Ask.")
    qtbot.addWidget(state)
    state.set_error(
        "The data can't be used", DataError("There are no images in <b>x</b>.", hint="Choose another folder.")
    )
    texts = [label.text() for label in state.findChildren(QLabel)]
    for text in ("There are no images in <b>x</b>.", "Your files were not changed.", "Choose another folder."):
        assert text in texts


def test_text_of_a_state_is_never_cut(qtbot: QtBot) -> None:
    state = EmptyState(
        "A title that is long enough to need a second line", "Many words that need several lines. " * 6, "Do", "Do it."
    )
    qtbot.addWidget(state)
    state.resize(900, 600)
    state.show()
    for label in state.findChildren(Label):
        assert label.height() >= label.heightForWidth(label.width())


def test_a_card_that_hugs_its_content_gives_wrapped_text_its_room(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    card = Card("Card")
    label = Label("Many words that need several lines at this width. " * 5, wrap=True)
    card.add(label)
    card.hug()
    box = QVBoxLayout(holder)
    box.addWidget(card)
    box.addStretch(1)
    holder.resize(220, 800)
    holder.show()
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    assert card.height() < 500


def test_names_of_files_are_shown_as_they_are(qtbot: QtBot) -> None:
    label = Label("<img src=x> & <b>bold</b>.png")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<img" not in plain("<img src=x>")


def test_a_long_line_is_elided_in_the_middle_and_its_tooltip_has_all(qtbot: QtBot) -> None:
    label = ElidedLabel("/home/somebody/pictures/of/cats/and/dogs/2026")
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    shown = label.shown_text()
    assert shown.startswith("/ho")
    assert shown.endswith("26")
    assert "…" in shown
    assert label.toolTip() == label.text()
    label.resize(900, 20)
    assert label.shown_text() == label.text()
    assert label.toolTip() == ""


def test_what_a_line_means_stays_in_its_tooltip_when_the_text_changes(qtbot: QtBot) -> None:
    label = ElidedLabel("20 images/s")
    qtbot.addWidget(label)
    label.resize(300, 20)
    label.show()
    label.setToolTip("Training images a second.")
    label.set_text("21 images/s")
    assert label.toolTip() == "Training images a second."
    label.resize(30, 20)
    assert label.toolTip() == "21 images/s\nTraining images a second."


def test_a_line_break_in_a_name_stays_on_the_line(qtbot: QtBot) -> None:
    label = ElidedLabel("two\nlines.png")
    qtbot.addWidget(label)
    label.resize(900, 20)
    assert label.shown_text() == "two\ufffdlines.png"


def test_a_disabled_button_says_why(qtbot: QtBot) -> None:
    button = Button("Go", "Do it.")
    qtbot.addWidget(button)
    button.set_enabled(False, "There is nothing to do.")
    assert (button.isEnabled(), button.toolTip()) == (False, "There is nothing to do.")
    button.set_enabled(True)
    assert button.toolTip() == "Do it."


def test_a_notice_goes_by_itself_and_its_button_acts(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnstudio.gui.widgets.notice_queue.SHOWN_MS", {"info": 30, "bad": 60_000})
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(800, 600)
    room.show()
    notice = NoticeBar(room)
    notice.show_notice("info", "Saved.")
    assert notice.isVisible()
    qtbot.waitUntil(lambda: not notice.isVisible(), timeout=2000)
    notice.show_notice("bad", "It is full.", "Free some space.", "Undo")
    assert notice.text() == "It is full. Free some space."
    assert room.rect().contains(notice.geometry())
    with qtbot.waitSignal(notice.acted):
        qtbot.mouseClick(notice.action_button(), LEFT)
    assert not notice.isVisible()


def test_a_tile_shows_a_number_and_what_it_means(qtbot: QtBot) -> None:
    tile = NumberTile("Validation accuracy", "Share that is recognised.")
    qtbot.addWidget(tile)
    tile.set_value("98.1 %", "best at epoch 12")
    assert tile.value() == "98.1 %"
    assert tile.accessibleDescription() == "98.1 %. best at epoch 12"


def test_the_status_bar_shows_the_first_job_and_how_many_more_there_are(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1200, 30)
    bar.show()
    assert not bar.cancel_button.isVisible()
    jobs = [Job(name, "io", lambda ctx: None, JobContext(), state=JobState.RUNNING) for name in ("Opening", "Reading")]
    jobs[0].progress = Progress(3, 5, "epoch 3 of 5", 12.0)
    bar.set_jobs(jobs)
    assert bar.job_text() == "Opening (+1) epoch 3 of 5 · 0:12 left"
    with qtbot.waitSignal(bar.cancelled) as caught:
        qtbot.mouseClick(bar.cancel_button, LEFT)
    assert caught.args == [jobs[0]]
