"""Manners, checked over all that is on the screen: tooltips, accessible names, focus, no stray windows, no cut text."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pages.registry import PAGES
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme

KEYS = [page.key for page in PAGES]
CONTROLS = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QSlider, QAbstractItemView, QPlainTextEdit)
# Parts that Qt puts into its own controls.
HOSTS = (QAbstractSpinBox, QLineEdit, QTableView, QComboBox)


class StrayWindows(QObject):
    """Notes widgets that become windows of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} '{watched.accessibleName()}'")
        return False


@pytest.fixture
def stray(qapp: QApplication) -> Iterator[StrayWindows]:
    watch = StrayWindows()
    qapp.installEventFilter(watch)
    yield watch
    qapp.removeEventFilter(watch)


def is_part_of_a_control(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, HOSTS):
            return True
        parent = parent.parentWidget()
    return False


def controls(root: QWidget) -> list[QWidget]:
    found = [widget for kind in CONTROLS for widget in root.findChildren(kind)]
    # A button without words that is hidden gets its words with the state that shows it.
    used = [w for w in found if not (isinstance(w, QAbstractButton) and not w.isVisible() and not w.text())]
    return [w for w in used if not isinstance(w, QHeaderView) and not is_part_of_a_control(w)]


def name_of(widget: QWidget) -> str:
    """What a screen reader says: the accessible name, or the words on a button."""
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} '{widget.accessibleName() or getattr(widget, 'text', str)()}'"


@pytest.fixture
def window_with_data(main_window: MainWindow, shapes_session: Session) -> MainWindow:
    assert main_window.session is shapes_session
    return main_window


def test_the_frame_and_the_welcome_are_explained(main_window: MainWindow) -> None:
    missing = [described(w) for w in controls(main_window) if not w.toolTip() or not w.accessibleName()]
    assert missing == []


@pytest.mark.parametrize("key", KEYS)
def test_every_control_of_a_page_has_a_tooltip_and_a_name(window_with_data: MainWindow, key: str) -> None:
    window_with_data.show_page(key)
    page = window_with_data.page(key)
    assert page is not None
    assert [described(w) for w in controls(page) if not w.toolTip()] == []
    assert [described(w) for w in controls(page) if not name_of(w)] == []


@pytest.mark.parametrize("key", KEYS)
def test_no_page_opens_a_stray_window(window_with_data: MainWindow, stray: StrayWindows, key: str) -> None:
    window_with_data.show_page(key)
    QApplication.processEvents()
    assert stray.seen == []


@pytest.mark.parametrize("key", KEYS)
def test_every_control_in_sight_can_be_reached_by_keys(window_with_data: MainWindow, qtbot: QtBot, key: str) -> None:
    window_with_data.show_page(key)
    page = window_with_data.page(key)
    assert page is not None
    QApplication.processEvents()
    wanted = {
        w for w in controls(page) if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    reached: set[QWidget] = set()
    window_with_data.setFocus()
    for _ in range(400):
        window_with_data.focusNextChild()
        here = window_with_data.focusWidget()
        if here is None or here in reached:
            break
        reached.add(here)
    # What the walk itself has put away (another selection, another form) is no longer wanted.
    assert [described(w) for w in wanted - reached if w.isVisible()] == []


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_no_wrapped_text_is_cut(window_with_data: MainWindow, qtbot: QtBot, key: str, size: tuple[int, int]) -> None:
    window_with_data.resize(*size)
    window_with_data.show_page(key)
    page = window_with_data.page(key)
    assert page is not None

    def cut() -> list[str]:
        labels = [label for label in page.findChildren(QLabel) if label.isVisible() and label.text()]
        return [
            f"{x.text()} {x.size()}" for x in labels if x.wordWrap() and x.height() < x.heightForWidth(x.width()) - 1
        ]

    qtbot.waitUntil(lambda: cut() == [], timeout=3000)


@pytest.mark.parametrize("key", KEYS)
def test_a_change_of_theme_is_survived_by_every_page(window_with_data: MainWindow, key: str) -> None:
    window_with_data.show_page(key)
    before = window_with_data.grab().toImage()
    theme.set_choice("dark")
    QApplication.processEvents()
    after = window_with_data.grab().toImage()
    corner = (before.width() - 5, before.height() - 5)
    assert before.pixelColor(*corner).lightness() > 200 > 100 > after.pixelColor(*corner).lightness()
