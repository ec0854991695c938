"""The dialog of the image cache: what it shows, the budget, and room made by hand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.settings import Settings, load_settings
from cnnstudio.data.cache_contents import cache_contents, folder_of
from cnnstudio.data.spec import parse_source
from cnnstudio.gui.cache_dialog import CacheDialog
from cnnstudio.gui.image_cache import ImageCache
from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.session import Session

pytestmark = pytest.mark.slow
LEFT, TIMEOUT_MS = Qt.MouseButton.LeftButton, 60_000


def opened(session: Session, folder: Path, qtbot: QtBot) -> None:
    if session.project is None:
        session.new_project(parse_source(str(folder)), "lenet5-modern")
    else:
        session.open_source(parse_source(str(folder)))
    qtbot.waitUntil(lambda: session.data_job is None and session.dataset is not None, timeout=TIMEOUT_MS)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    window.show()
    yield window
    window.close()


@pytest.fixture
def cache(bare_session: Session, window: QWidget, folder_of_images: Path, qtbot: QtBot) -> ImageCache:
    """The dialog above two data sets in the cache; that of the whole folder is open."""
    other = folder_of_images.parent / "others"
    for name in ("cats", "dogs"):
        (other / name).mkdir(parents=True)
        for file in sorted((folder_of_images / name).glob("[0-3].png")):
            (other / name / file.name).write_bytes(file.read_bytes())
    opened(bare_session, other, qtbot)
    opened(bare_session, folder_of_images, qtbot)
    made = ImageCache(window, bare_session)
    qtbot.waitUntil(lambda: made.dialog.table.model().rowCount() == 2, timeout=TIMEOUT_MS)
    return made


def row_of(cache: ImageCache, name: str) -> int:
    return next(row for row in range(2) if cache.dialog.table.text(row, 0).endswith(name))


def test_sets_are_listed_with_what_they_take(cache: ImageCache) -> None:
    table = cache.dialog.table
    assert table.text(row_of(cache, "pets"), 5) == "open"
    assert table.text(row_of(cache, "others"), 5) == ""
    assert table.text(row_of(cache, "pets"), 1) == "9"
    assert table.text(row_of(cache, "others"), 1) == "8"
    assert cache.dialog.about.text().startswith("2 data sets take ")


def test_the_open_set_cannot_be_removed_others_can(cache: ImageCache, qtbot: QtBot) -> None:
    dialog = cache.dialog
    dialog.table.setCurrentIndex(dialog.table.model().index(row_of(cache, "pets"), 0))
    assert not dialog.remove_button.isEnabled()
    assert "open" in dialog.remove_button.toolTip()
    dialog.table.setCurrentIndex(dialog.table.model().index(row_of(cache, "others"), 0))
    qtbot.mouseClick(dialog.remove_button, LEFT)
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 1, timeout=TIMEOUT_MS)
    assert [found.folder for found in cache_contents().sets] == [folder_of(cache._session.dataset)]


def test_emptying_keeps_what_is_open_usable(cache: ImageCache, qtbot: QtBot) -> None:
    before = np.array(cache._session.dataset.pixels)
    qtbot.mouseClick(cache.dialog.empty_button, LEFT)
    qtbot.waitUntil(lambda: cache.dialog.table.model().rowCount() == 1, timeout=TIMEOUT_MS)
    assert np.array_equal(cache._session.dataset.pixels, before)
    assert not cache.dialog.empty_button.isEnabled()


def test_a_smaller_budget_is_kept_and_makes_room_at_once(cache: ImageCache, qtbot: QtBot) -> None:
    editor = cache.dialog.budget.editor("cache_gb")
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "0")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cache.dialog.table.model().rowCount() == 1, timeout=TIMEOUT_MS)
    assert load_settings().cache_gb == 0
    assert cache.dialog.table.text(0, 5) == "open"


def test_a_larger_budget_reads_the_streamed_pictures_into_the_cache(
    bare_session: Session, window: QWidget, folder_of_images: Path, qtbot: QtBot
) -> None:
    bare_session.set_settings(Settings(cache_gb=0, checks_first=False))
    opened(bare_session, folder_of_images, qtbot)
    assert not isinstance(bare_session.dataset.pixels, np.memmap)
    dialog = ImageCache(window, bare_session).dialog
    dialog.settings_changed.emit(bare_session.settings.replace(cache_gb=1.0))
    qtbot.waitUntil(lambda: isinstance(getattr(bare_session.dataset, "pixels", None), np.memmap), timeout=TIMEOUT_MS)


def test_the_page_says_where_the_pixels_lie_and_leads_to_the_cache(
    bare_session: Session, folder_of_images: Path, qtbot: QtBot
) -> None:
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.show()
    opened(bare_session, folder_of_images, qtbot)
    # 8 pictures of 32 × 32 × 3 bytes.
    assert page.side._kept.text() == "Decoded once, 24.6 kB in the image cache."
    page.side.cache_button.click()
    dialog = page.window().findChild(CacheDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 1, timeout=TIMEOUT_MS)
    dialog.close()
