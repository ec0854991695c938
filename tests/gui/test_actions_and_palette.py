"""What can be done: found by its letters, done by its keys, and explained where it can't be."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from cnnstudio.gui import icons
from cnnstudio.gui.action import MENUS, Action
from cnnstudio.gui.actions import ACTIONS
from cnnstudio.gui.drops import DropKind, meaning
from cnnstudio.gui.fuzzy import best, score
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.menus import Menus
from cnnstudio.gui.palette import CommandPalette
from cnnstudio.gui.sheet import ShortcutSheet
from cnnstudio.gui.theme import theme

LEFT = Qt.MouseButton.LeftButton


def test_letters_in_order_match_and_others_do_not() -> None:
    assert score("gtd", "Go to Data") > 0
    assert score("dtg", "Go to Data") == 0
    assert score("", "anything") > 0


@pytest.mark.parametrize(
    ("query", "first"),
    [("data", "Go to Data"), ("start", "Start training"), ("dark", "Dark colours"), ("gtn", "Go to Network")],
)
def test_the_best_match_comes_first(query: str, first: str) -> None:
    assert best(query, ACTIONS, lambda action: action.title)[0].title == first


def test_no_two_actions_share_an_id_or_a_key(main_window: MainWindow) -> None:
    actions = main_window.actions_now()
    ids = [action.id for action in actions]
    keys = [QKeySequence(keys).toString() for action in actions for keys in action.shortcuts]
    assert len(set(ids)) == len(ids)
    assert len(set(keys)) == len(keys)
    assert all(keys)


def test_every_action_has_a_menu_an_icon_and_a_verb(main_window: MainWindow) -> None:
    _, charmap = icons._font()
    for action in main_window.actions_now():
        assert action.menu in MENUS
        assert action.icon in charmap
        assert re.match(r"[A-Z][a-z]+", action.title)


def test_every_command_says_what_it_does_or_why_it_cannot(main_window: MainWindow) -> None:
    menus = Menus(main_window.actions_now(), main_window._why_not, main_window._is_on, main_window).build()
    for submenu in menus.findChildren(QMenu):
        assert submenu.accessibleName() in MENUS
        assert submenu.actions(), "an empty menu is no use"
        for item in (action for action in submenu.actions() if not action.isSeparator()):
            title = item.text().partition("\t")[0]
            assert item.toolTip().endswith("."), title
            assert item.toolTip().rstrip(".") != title, "it says no more than the title"
            assert item.statusTip() == item.toolTip()
    for action in main_window.actions_now():
        assert action.tooltip.endswith(".") or action.id.startswith("recent."), action.title


def test_a_menu_ticks_what_holds_and_draws_no_line_at_its_ends(main_window: MainWindow) -> None:
    session = main_window.session
    session.set_settings(session.settings.replace(theme="dark", train_in="process", event_files=True))
    menus = Menus(main_window.actions_now(), main_window._why_not, main_window._is_on, main_window).build()
    items = {item.data(): item for submenu in menus.findChildren(QMenu) for item in submenu.actions()}
    ticked = {name for name, item in items.items() if name and item.isChecked()}
    assert ticked == {"theme.dark", "train.process", "train.event_files"}
    assert not items["train.start"].isCheckable()
    for submenu in menus.findChildren(QMenu):
        lines = [item.isSeparator() for item in submenu.actions()]
        assert not lines[0], submenu.title()
        assert not lines[-1], submenu.title()


def test_what_is_chosen_already_is_grey_and_says_so(main_window: MainWindow) -> None:
    session = main_window.session
    session.set_settings(session.settings.replace(theme="dark", train_in="process"))
    reasons = {action.id: action.why_not(session) for action in main_window.actions_now()}
    assert reasons["theme.dark"]
    assert reasons["train.process"]
    assert reasons["theme.light"] == reasons["train.thread"] == ""


def test_the_usual_shortcuts_are_there(main_window: MainWindow) -> None:
    keys = {key: action.id for action in main_window.actions_now() for key in action.shortcuts}
    usual = {
        "Ctrl+N": "project.new",
        "Ctrl+O": "project.open",
        "Ctrl+S": "project.save",
        "Ctrl+Z": "edit.undo",
        "Ctrl+Y": "edit.redo",
        "Ctrl+Shift+Z": "edit.redo",
        "F5": "train.start",
        "Shift+F5": "train.stop",
        "Ctrl+K": "view.commands",
        "F1": "help.shortcuts",
        "?": "help.shortcuts",
        "Ctrl+V": "images.paste",
    }
    assert {key: keys.get(key) for key in usual} == usual


def palette_of(window: MainWindow, qtbot: QtBot) -> CommandPalette:
    qtbot.mouseClick(window.top.search_button, LEFT)
    palette = window.findChild(CommandPalette)
    assert palette is not None
    return palette


def test_the_palette_finds_runs_and_closes(main_window: MainWindow, qtbot: QtBot) -> None:
    palette = palette_of(main_window, qtbot)
    qtbot.keyClicks(palette.field, "dark")
    assert palette.titles()[0] == "Dark colours"
    with qtbot.waitSignal(main_window.session.settings_changed):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert main_window.session.settings.theme == "dark"
    assert not palette.isVisible()


def test_what_cannot_be_done_says_why_in_the_palette_and_enter_does_nothing(
    main_window: MainWindow, qtbot: QtBot
) -> None:
    palette = palette_of(main_window, qtbot)
    qtbot.keyClicks(palette.field, "stop training")
    index = palette.list.currentIndex()
    assert index.data() == "Stop training"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Nothing is being trained."
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.close()


def test_arrow_keys_walk_the_palette(main_window: MainWindow, qtbot: QtBot) -> None:
    palette = palette_of(main_window, qtbot)
    first = palette.list.currentIndex().row()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == first + 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == len(palette.titles()) - 1
    palette.close()


def test_the_sheet_lists_every_shortcut(main_window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(main_window, Qt.Key.Key_F1)
    sheet = main_window.findChild(ShortcutSheet)
    assert sheet is not None
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    for action in main_window.actions_now():
        if action.shortcuts:
            assert action.title in shown
    sheet.close()


def test_the_menu_greys_what_cannot_be_done_and_says_why(main_window: MainWindow, qtbot: QtBot) -> None:
    menus = Menus(main_window.actions_now(), main_window._why_not, main_window._is_on, main_window)
    chosen: list[Action] = []
    menus.chosen.connect(chosen.append)
    menu = menus.build()
    inside = [item for top in menu.actions() for item in top.menu().actions()]  # type: ignore[attr-defined]
    items = {item.data(): item for item in inside if not item.isSeparator()}
    assert set(items) == {action.id for action in main_window.actions_now()}
    assert not items["edit.undo"].isEnabled()
    assert items["edit.undo"].toolTip() == "There is no edit of the network to take back."
    items["theme.light"].trigger()
    assert [action.id for action in chosen] == ["theme.light"]


def test_a_key_that_cannot_be_done_now_says_why(main_window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(main_window.session.notice) as caught:
        qtbot.keyClick(main_window, Qt.Key.Key_F5)
    assert caught.args[1] == "Choose data first."
    assert main_window.notices.text() == "Choose data first."


def test_pasting_without_a_run_says_what_to_do_first(main_window: MainWindow, qtbot: QtBot) -> None:
    QApplication.clipboard().clear()
    with qtbot.waitSignal(main_window.session.notice) as caught:
        qtbot.keyClick(main_window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "train the network first" in caught.args[1]


def test_drops_mean_what_lies_in_them(tmp_path: Path) -> None:
    project, run, folder, picture = (tmp_path / name for name in ("p", "r", "pets", "cat.png"))
    for place in (project, run, folder):
        place.mkdir()
    (project / "project.json").write_text("{}")
    (run / "run.json").write_text("{}")
    picture.write_bytes(b"")
    assert meaning([project]).kind is DropKind.PROJECT
    assert meaning([project / "project.json"]).paths == (project,)
    assert meaning([run]).kind is DropKind.RUN
    assert meaning([folder]).kind is DropKind.DATA
    assert meaning([picture, picture]).text == "Classify these 2 images"
    assert meaning([folder, picture]).kind is DropKind.NOTHING
    assert meaning([]).kind is DropKind.NOTHING


@pytest.mark.parametrize("name", ["light", "dark"])
def test_palette_and_sheet_stand_out_from_the_window_by_a_border(
    main_window: MainWindow, qtbot: QtBot, name: str
) -> None:
    theme.set_choice(name)
    main_window.open_palette(main_window.session)
    main_window.open_sheet(main_window.session)
    for kind in (CommandPalette, ShortcutSheet):
        dialog = main_window.findChild(kind)
        assert dialog is not None
        image = dialog.grab().toImage()
        middle = image.height() // 2
        edges = [image.pixelColor(x, middle).name() for x in (0, image.width() - 1)]
        assert edges == [theme.color("border").name()] * 2
        dialog.close()
