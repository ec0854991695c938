"""The page Runs with many runs: how long the window stalls while they are read, shown, filtered, sorted, overlaid.

python -m tests.benchmarks runs [RUNS]
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

LATE_MS = 5


def run() -> None:
    """Make a project of so many runs, and drive its page while a timer measures the gaps between its ticks."""
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), 500)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNSTUDIO_HOME"] = home
        project = make_project(Path(home) / "many", count)
        for line in measure(project, count):
            print(f"  {line}")


def make_project(path: Path, count: int) -> Path:
    """Copies of one run with 20 epochs and 2,000 steps, each with a name of its own."""
    from cnnstudio.core import files
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.dataset import open_dataset
    from cnnstudio.data.sources.shapes import ShapesSource
    from cnnstudio.data.spec import data_spec
    from cnnstudio.network.zoo import fit_architecture
    from cnnstudio.project import ProjectSpec, create_project
    from cnnstudio.runs.run import HISTORY, RUN
    from cnnstudio.runs.store import create_run
    from cnnstudio.runs.writer import HistoryWriter
    from cnnstudio.training.config import TrainConfig
    from cnnstudio.training.events import EpochDone, RunStarted, StepsDone

    dataset = open_dataset(data_spec(ShapesSource(per_class=8, side=32)), JobContext())
    graph = fit_architecture("resnet20", (3, 32, 32), 8)
    create_project(path, ProjectSpec(name="many", data=dataset.spec, network=graph)).close()
    first = create_run(path / "runs" / "run-001", dataset, graph, TrainConfig(batch=8), "Run 1")
    history = HistoryWriter(first.path / HISTORY)
    history.write(RunStarted(0, 0, 20, 100, "CPU", 1, 800, 200))
    for epoch in range(1, 21):
        for start in range(0, 100, 10):
            losses = tuple(2.0 / (epoch + (start + i) / 100) for i in range(10))
            history.write(StepsDone((epoch - 1) * 100 + start + 1, losses, (0.5,) * 10, 900.0, 1.0))
        history.write(EpochDone(epoch, epoch * 100, 2 / epoch, 0.5, 2.1 / epoch, 1 - 1 / epoch, 900.0, True))
    described = files.read_json(first.path / RUN)
    for number in range(2, count + 1):
        folder = path / "runs" / f"run-{number:03d}"
        shutil.copytree(first.path, folder)
        files.write_json(folder / RUN, {**described, "id": folder.name, "name": f"Run {number}"})
    return path


def measure(project: Path, count: int) -> list[str]:
    """What was done, how long until it was seen, and the worst gap between two ticks meanwhile."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    from cnnstudio.gui.jobs import Jobs
    from cnnstudio.gui.pages.runs import RunsPage
    from cnnstudio.gui.session import Session
    from cnnstudio.gui.theme import theme

    theme.install(app, "light")  # type: ignore[arg-type]
    session = Session(Jobs())
    session.open_project(project)
    page = RunsPage(session)
    page.resize(1340, 820)
    page.show()
    gaps: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        gaps.append((now - last[0]) * 1000)
        last[0] = now

    timer = QTimer(interval=LATE_MS)
    timer.timeout.connect(tick)
    timer.start()
    lines = []

    def step(name: str, act: object, is_done: object) -> None:
        gaps.clear()
        started_s = time.perf_counter()
        act()  # type: ignore[operator]
        while not is_done() and time.perf_counter() - started_s < 60:  # type: ignore[operator]
            QTest.qWait(5)
        took_ms = (time.perf_counter() - started_s) * 1000
        QTest.qWait(300)
        ordered = sorted(gaps)
        p99 = ordered[int(len(ordered) * 0.99) - 1]
        lines.append(f"{name:<34} {took_ms:7.0f} ms   gaps: p99 {p99:5.1f} ms, worst {ordered[-1]:5.1f} ms")

    rows = page.table.model().rowCount
    step(f"read and show {count} runs", lambda: session.refresh_runs(), lambda: rows() == count)
    step("read them again", lambda: session.refresh_runs(is_quiet=True), lambda: not session.jobs.active())
    step("sort by accuracy", lambda: page.table.sortByColumn(2, Qt.SortOrder.DescendingOrder), lambda: True)
    step("filter", lambda: page.view.filter.search.setText("run 7"), lambda: rows() < count)
    step("filter no more", lambda: page.view.filter.clear(), lambda: rows() == count)
    few = list(range(5))
    step("overlay 5", lambda: page._pick(few, 0), lambda: len(page.view.overlay.plot.keys()) == 5)
    many = list(range(min(50, count)))
    step("overlay 50", lambda: page._pick(many, 0), lambda: len(page.view.overlay.plot.keys()) == len(many))
    timer.stop()
    session.close()
    page.deleteLater()
    return lines
