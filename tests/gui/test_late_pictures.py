"""Pictures beyond the image cache: decoded beside the window, never in its thread."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.data.decode import read_image
from cnnstudio.data.streamed import StreamedPixels
from cnnstudio.gui.late_pictures import LatePictures
from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.session import Session

pytestmark = pytest.mark.slow
TIMEOUT_MS = 60_000


@pytest.fixture
def decoding_threads(streamed: Session, monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Which threads looked at pixels that had to be decoded, once the data was open; there are no thumbnails."""
    assert streamed.dataset is not None
    assert streamed.dataset.thumbnails is None
    threads: list[threading.Thread] = []
    kept = StreamedPixels.__getitem__

    def watched(self: StreamedPixels, index: object) -> np.ndarray:
        threads.append(threading.current_thread())
        return kept(self, index)

    monkeypatch.setattr(StreamedPixels, "__getitem__", watched)
    return threads


@pytest.fixture
def page(streamed: Session, qtbot: QtBot, decoding_threads: list[threading.Thread]) -> Iterator[DataPage]:
    page = DataPage(streamed)
    page.resize(1_200, 800)
    page.show()
    yield page
    page.close()


def test_the_gallery_fills_without_a_decode_in_the_windows_thread(
    page: DataPage, qtbot: QtBot, decoding_threads: list[threading.Thread]
) -> None:
    cache = page.browser.gallery._model.cache
    qtbot.waitUntil(lambda: len(cache) >= 12, timeout=TIMEOUT_MS)
    page.browser.gallery.verticalScrollBar().setValue(page.browser.gallery.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: 59 in cache._kept, timeout=TIMEOUT_MS)
    assert decoding_threads
    assert threading.main_thread() not in decoding_threads


def test_a_late_picture_is_the_files_and_none_before(streamed: Session, qtbot: QtBot) -> None:
    late = LatePictures(streamed, streamed)
    late.set_dataset(streamed.dataset)
    assert late.picture(7) is None
    with qtbot.waitSignal(late.arrived, timeout=TIMEOUT_MS):
        pass
    # A picture of 32 × 32 at training size 32 is the file itself.
    assert np.array_equal(late.picture(7), read_image(streamed.dataset.paths[7]))


def test_a_file_that_is_gone_leaves_a_placeholder_and_is_asked_for_once(streamed: Session, qtbot: QtBot) -> None:
    late = LatePictures(streamed, streamed)
    late.set_dataset(streamed.dataset)
    streamed.dataset.paths[3].unlink()
    assert [late.picture(number) for number in (2, 3, 4)] == [None] * 3
    qtbot.waitUntil(lambda: late.picture(4) is not None and late.picture(2) is not None, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: not late._timer.isActive(), timeout=TIMEOUT_MS)
    assert late.picture(3) is None
    assert late._failed == {3}
    assert not late._timer.isActive()


def test_training_and_looking_at_guesses_decode_nothing_in_the_windows_thread(
    streamed: Session, qtbot: QtBot, decoding_threads: list[threading.Thread]
) -> None:
    from cnnstudio.gui.pages.inspect import InspectPage
    from cnnstudio.gui.pages.network import NetworkPage
    from cnnstudio.gui.pages.train import TrainPage

    pages = [kind(streamed) for kind in (TrainPage, NetworkPage, InspectPage)]
    for page in pages:
        qtbot.addWidget(page)
        page.resize(1_200, 800)
        page.show()
    train, _, inspect = pages
    streamed.set_config(streamed.config.replace(epochs=1, batch=8))
    streamed.training.start()
    qtbot.waitUntil(lambda: bool(streamed.runs) and not streamed.training.is_active, timeout=TIMEOUT_MS)
    streamed.choose_run(streamed.runs[0])
    qtbot.waitUntil(lambda: inspect.pictures.picture is not None, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: len(train.view.guesses._pictures) > 0, timeout=TIMEOUT_MS)
    first = inspect.pictures.picture.name
    inspect.view.chooser.gallery.setFocus()
    qtbot.keyClick(inspect.view.chooser.gallery, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: inspect.pictures.picture.name != first, timeout=TIMEOUT_MS)
    assert threading.main_thread() not in decoding_threads
