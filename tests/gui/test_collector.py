"""Garbage is collected where the widgets live."""

import gc
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from cnnstudio.core.jobs import JobContext
from cnnstudio.gui.collector import LIBRARY_MODULES, Collector
from cnnstudio.gui.jobs import Jobs


class Ring:
    """Garbage that only a collection finds, and that notes who found it."""

    found_in: list[str] = []

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Ring.found_in.append(threading.current_thread().name)


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    gc.enable()
    owner = QObject()
    collector = Collector(owner)
    yield collector
    collector.close()


def churn(ctx: JobContext) -> int:
    """Allocate enough to trigger many of Python's own collections."""
    kept = [[number] for number in range(200_000)]
    return len(kept)


def test_a_worker_that_allocates_collects_no_widget(collector: Collector, qtbot: QtBot) -> None:
    Ring.found_in.clear()
    jobs = Jobs()
    for _ in range(2_000):
        Ring()
    done: list[int] = []
    jobs.start("churn", "io", churn, on_done=done.append)
    qtbot.waitUntil(lambda: bool(done))
    collector.collect()
    gc.collect()
    assert jobs.close()
    assert len(Ring.found_in) == 2_000
    assert set(Ring.found_in) == {threading.main_thread().name}


def test_python_gets_its_collection_back(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()


def test_a_library_loaded_in_between_is_never_looked_at(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = gc.get_freeze_count()
    kept = [[number] for number in range(50_000)]
    collector.collect()
    assert gc.get_freeze_count() == frozen
    monkeypatch.setattr(sys, "modules", {**sys.modules, **{f"library.part{n}": None for n in range(LIBRARY_MODULES)}})
    collector.collect()
    assert gc.get_freeze_count() >= frozen + len(kept)
    gc.unfreeze()


FROZEN = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count()))  # runs last: what is registered later runs before
from PySide6.QtCore import QCoreApplication, QObject
from cnnstudio.gui.collector import Collector
app = QCoreApplication([])
owner = QObject()
collector = Collector(owner)
collector.settle()
assert gc.get_freeze_count() > 0
"""


def test_nothing_is_left_out_of_the_last_collection_of_a_process() -> None:
    done = subprocess.run([sys.executable, "-c", FROZEN], capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n", "")
