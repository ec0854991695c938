"""What all tests share: no display, one thread for arithmetic, and a home of their own."""

import gc
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Without a display there is no session bus for accessibility either; Qt would warn about it.
os.environ.setdefault("NO_AT_BRIDGE", "1")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, caches and projects of a test go to a folder of its own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CNNSTUDIO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _no_child_left(home: Path) -> Iterator[None]:
    """What a test starts, it ends: a process left behind would be found by a later test that counts its own."""
    before = set(multiprocessing.active_children())
    yield
    left = set(multiprocessing.active_children()) - before
    assert not left, f"left behind: {left}"


def pytest_sessionfinish() -> None:
    """Let go of what the window's start froze: libraries that count their objects at the end would report them."""
    gc.unfreeze()
    gc.enable()
    gc.collect()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are called by their argument's name: a zip archive holds the time it was made, which differs by worker."""
    return argname if isinstance(val, bytes) else None
