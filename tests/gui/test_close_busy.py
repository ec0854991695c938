"""The window is closed while data are imported or a run is exported: soon gone, no process left, nothing half.

`CNNSTUDIO_MOMENTS=20` makes it the test before a release.
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from cnnstudio.core import files
from cnnstudio.core.paths import cache_dir
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.session import Session
from cnnstudio.network.compile import compile_network
from cnnstudio.project import open_project, start_run
from cnnstudio.runs.export import export_run
from cnnstudio.training.checkpoint import Checkpoint, save_step

MOMENTS = max(2, int(os.environ.get("CNNSTUDIO_MOMENTS", "5")) // 2)
MOST_S = 5.0
TIMEOUT_MS = 60_000

pytestmark = pytest.mark.slow


def children() -> set[int]:
    """Processes below this one, but Python's own resource tracker."""
    found = psutil.Process().children(recursive=True)
    return {c.pid for c in found if c.is_running() and "resource_tracker" not in " ".join(c.cmdline())}


@pytest.fixture(scope="module")
def many_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root, rng = tmp_path_factory.mktemp("many"), np.random.default_rng(0)
    for number in range(400):
        (root / str(number % 4)).mkdir(exist_ok=True)
        pixels = rng.integers(0, 256, (300, 300, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / str(number % 4) / f"{number}.jpg")
    return root


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """One that is closed whatever happens: a lane that waits would keep the test run alive."""
    made = Session(Jobs())
    yield made
    made.close()


@pytest.mark.parametrize("number", range(MOMENTS))
def test_closed_while_data_are_imported(number: int, session: Session, many_pictures: Path, qtbot: QtBot) -> None:
    before = children()
    session.new_project(FolderSource(path=str(many_pictures)), "lenet5-modern")
    assert session.project is not None
    path = session.project.path
    qtbot.wait(random.Random(number).randrange(0, 1500))
    started_s = time.monotonic()
    assert session.close()
    assert time.monotonic() - started_s < MOST_S
    assert children() - before == set()
    assert not [file for file in cache_dir().rglob("*") if file.name.endswith(files.TEMP_SUFFIX)]
    project = open_project(path)
    project.close()
    assert project.recovered == ""


@pytest.mark.parametrize("number", range(MOMENTS))
def test_closed_while_a_run_is_exported(number: int, session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    before = children()
    session.new_project(ShapesSource(per_class=2, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None and session.graph is not None, timeout=TIMEOUT_MS)
    session.set_config(session.config.replace(batch=4))
    session.save()
    assert session.project is not None
    assert session.dataset is not None
    run = start_run(session.project, session.dataset)
    weights = dict(compile_network(run.graph, seed=2).state_dict())
    save_step(run.checkpoints, 1, Checkpoint(weights, {}, {"position": {"epoch": 1}}))
    folder = tmp_path / "out"
    session.jobs.start("Exporting", "io", lambda ctx: export_run(run, "safetensors", folder, ctx))
    qtbot.wait(random.Random(number).randrange(0, 2500))
    started_s = time.monotonic()
    assert session.close()
    assert time.monotonic() - started_s < MOST_S
    assert children() - before == set()
    assert not list(tmp_path.rglob(f"*{files.TEMP_SUFFIX}"))
    # Either nothing was asked of it yet, or what is there is whole; a certificate is the last that is written.
    if (folder / "certificate.json").exists():
        assert files.read_json(folder / "certificate.json")["passed"]
