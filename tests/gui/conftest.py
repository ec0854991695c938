"""What the tests of the window share: a dressed application, small data made by hand, a session, a window."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.data.dataset import Dataset, Problem
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec, parse_source
from cnnstudio.data.streamed import StreamedPixels
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme

TIMEOUT_MS = 60_000


@pytest.fixture(autouse=True)
def garbage_of_the_gui_thread(qapp: QApplication) -> Iterator[None]:
    """As in the program: dead widgets are collected in the GUI thread, never in a worker that happens to allocate."""
    gc.disable()
    yield
    gc.disable()
    gc.collect()


@pytest.fixture(autouse=True)
def starts_at_once(home: Path) -> None:
    """Trainings of these tests begin without the checks, which have tests of their own."""
    save_settings(Settings(checks_first=False))


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """The application in the light theme; a test that changes it leaves no trace."""
    theme.install(qapp, "light")
    yield
    theme.set_choice("light")


@pytest.fixture
def small_dataset() -> Callable[..., Dataset]:
    """Makes a dataset of 12 pictures of 3 classes: 6 for training, 3 for validation, 3 for the test."""

    def make(problems: tuple[Problem, ...] = (), names: tuple[str, ...] = ()) -> Dataset:
        rng = np.random.default_rng(0)
        return Dataset(
            spec=data_spec(ShapesSource(per_class=2, side=32)),
            classes=("cat", "dog", "<b>owl</b>"),
            names=names or tuple(f"img-{number:02d}.png" for number in range(12)),
            paths=(None,) * 12,
            pixels=rng.integers(0, 256, (12, 3, 32, 32), dtype=np.uint8),
            labels=np.arange(12) % 3,
            splits=np.array([0] * 6 + [1] * 3 + [2] * 3, np.uint8),
            masks=None,
            problems=problems,
            thumbnails=None,
        )

    return make


@pytest.fixture
def bare_session(qtbot: QtBot) -> Iterator[Session]:
    """A session with nothing open."""
    session = Session(Jobs())
    yield session
    # Every job ends when it is asked to. Not within the window's 4 s, though: the window loads PyTorch beside itself,
    # an import can't be broken off, and on an overloaded machine it takes longer.
    assert session.close(TIMEOUT_MS / 1000)


@pytest.fixture
def shapes_session(bare_session: Session, qtbot: QtBot) -> Session:
    """A session with 16 generated scenes open."""
    bare_session.new_project(ShapesSource(per_class=2, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: bare_session.dataset is not None, timeout=TIMEOUT_MS)
    return bare_session


@pytest.fixture
def streamed(bare_session: Session, tmp_path: Path, qtbot: QtBot) -> Session:
    """A session with sixty small pictures from tmp_path/drive open: the cache has no room, so they are decoded anew."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        (tmp_path / "drive" / name).mkdir(parents=True)
        for number in range(30):
            pixels = rng.integers(0, 256, (32, 32, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "drive" / name / f"{number:02}.png")
    bare_session.set_settings(Settings(cache_gb=0, checks_first=False))
    bare_session.new_project(parse_source(str(tmp_path / "drive")), "lenet5-modern")
    qtbot.waitUntil(lambda: bare_session.dataset is not None, timeout=TIMEOUT_MS)
    assert isinstance(bare_session.dataset.pixels, StreamedPixels)
    return bare_session


@pytest.fixture
def main_window(bare_session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """The window without the libraries' warm-up, which takes seconds."""
    monkeypatch.setattr("cnnstudio.gui.main_window.warm_up", lambda ctx: "CPU")
    window = MainWindow(bare_session)
    qtbot.addWidget(window, before_close_func=lambda w: setattr(w, "_is_closing", True))
    with qtbot.waitSignal(window.first_painted, timeout=TIMEOUT_MS):
        window.show()
    return window


@pytest.fixture
def folder_of_images(tmp_path: Path) -> Path:
    """cats/ and dogs/ with four small pictures each, and one file that is none."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(4):
            pixels = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{number}.png")
    (tmp_path / "pets" / "cats" / "notes.png").write_bytes(b"")
    return tmp_path / "pets"
