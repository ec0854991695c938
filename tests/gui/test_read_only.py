"""A project that can't be written is shown: the window says why, so does what would write, and a copy is offered."""

import json
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec
from cnnstudio.gui.actions import ACTIONS
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.session import Session
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.project import ProjectSpec, create_project, open_project
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import RunState, open_run
from cnnstudio.runs.store import create_run
from cnnstudio.training.config import TrainConfig

WAIT_MS = 30_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a run that was stopped before its first epoch."""
    folder = tmp_path_factory.mktemp("made") / "zoo"
    spec = data_spec(ShapesSource(per_class=2, side=32))
    dataset = open_dataset(spec, JobContext())
    graph = fit_architecture("lenet5-modern", (3, 32, 32), len(dataset.classes))
    config = TrainConfig(epochs=1, batch=4, threads=1)
    create_project(folder, ProjectSpec(name="Zoo", data=spec, network=graph, train=config)).close()
    train_run(JobContext(), create_run(folder / "runs" / "run-001", dataset, graph, config, "Run 1"), dataset)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(made, tmp_path / "zoo"))


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def opened(session: Session, folder: Path, qtbot: QtBot) -> None:
    session.open_project(folder)
    qtbot.waitUntil(lambda: session.dataset is not None and bool(session.runs), timeout=WAIT_MS)


@pytest.fixture
def window(bare_session: Session, qtbot: QtBot) -> MainWindow:
    window = MainWindow(bare_session)
    qtbot.addWidget(window)
    window.show()
    return window


def test_second_window_shows_the_project_says_why_and_writes_nothing(
    window: MainWindow, folder: Path, qtbot: QtBot
) -> None:
    first = open_project(folder)
    before = contents(folder)
    session = window.session
    told_s: list[float] = []
    session.project_changed.connect(lambda: told_s.append(time.monotonic()))
    started_s = time.monotonic()
    session.open_project(folder)
    assert told_s[0] - started_s < 1.0
    qtbot.waitUntil(lambda: session.dataset is not None and bool(session.runs), timeout=WAIT_MS)
    assert window.read_only.isVisible()
    assert "zoo is open in another window" in window.read_only.text.text()
    assert "open in another window" in session.training.why_not_start()
    assert session.bin_run(session.runs[0]) is None
    session.queue.add_again(session.runs[0])
    session.set_config(session.config.replace(epochs=7))
    session.save()
    session.training.resume_run(session.runs[0], 9)
    assert not session.training.is_active
    assert contents(folder) == before
    first.close()


def test_what_would_write_is_disabled_and_its_tooltip_says_why(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    first = open_project(folder)
    opened(window.session, folder, qtbot)
    window.show_page("runs")
    page = window.page("runs")
    assert page is not None
    qtbot.waitUntil(lambda: "another window" in page.view.bin_button.toolTip(), timeout=WAIT_MS)
    assert not page.view.bin_button.isEnabled()
    assert not page.view.notes.name.isEnabled()
    assert page.view.open_button.isEnabled()
    window.show_page("train")
    train = window.page("train")
    assert train is not None
    assert not train.view.main_button.isEnabled()
    assert "another window" in train.view.main_button.toolTip()
    why_not = {action.id: action.why_not(window.session) for action in ACTIONS}
    assert "another window" in why_not["project.save"]
    assert not why_not["project.copy"]
    first.close()


def test_try_again_opens_it_to_work_on_once_the_other_window_is_closed(
    window: MainWindow, folder: Path, qtbot: QtBot
) -> None:
    first = open_project(folder)
    opened(window.session, folder, qtbot)
    window.session.set_config(window.session.config.replace(epochs=7))
    window.read_only.again_button.click()
    assert window.read_only.isVisible()
    assert window.session.config.epochs == 7
    first.close()
    window.read_only.again_button.click()
    assert not window.read_only.isVisible()
    assert not window.session.why_read_only()
    qtbot.waitUntil(lambda: window.session.dataset is not None, timeout=WAIT_MS)


def test_a_copy_has_the_edits_and_the_runs_and_can_be_written(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    first = open_project(folder)
    session = window.session
    opened(session, folder, qtbot)
    session.set_config(session.config.replace(epochs=7))
    before = contents(folder)
    window.read_only.copy_button.click()
    qtbot.waitUntil(lambda: session.dataset is not None and bool(session.runs), timeout=WAIT_MS)
    assert session.project is not None
    assert session.project.path != folder
    assert not session.why_read_only()
    assert (session.config.epochs, session.runs[0].path) == (7, folder / "runs" / "run-001")
    assert json.loads((session.project.path / "project.json").read_text())["train"]["epochs"] == 7
    assert contents(folder) == before
    first.close()


def test_project_of_a_newer_version_names_it_and_offers_no_second_try(
    window: MainWindow, folder: Path, qtbot: QtBot
) -> None:
    file = folder / "project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 2, "made_by": "2.4", "later": 1}))
    before = contents(folder)
    opened(window.session, folder, qtbot)
    assert "made by a newer CNN Studio 2.4" in window.read_only.text.text()
    assert not window.read_only.again_button.isVisible()
    window.session.set_config(window.session.config.replace(epochs=7))
    window.session.leave_project()
    assert contents(folder) == before


@pytest.mark.parametrize("part", ["run.json", "data.json", "network.json", "train.json"])
def test_run_of_a_newer_version_can_be_looked_at_and_stays_as_it_is(
    window: MainWindow, folder: Path, qtbot: QtBot, part: str
) -> None:
    path = folder / "runs" / "run-001"
    described = json.loads((path / "run.json").read_text())
    described["versions"]["cnnstudio"] = "2.4"
    (path / "run.json").write_text(json.dumps(described))
    (path / part).write_text(json.dumps({**json.loads((path / part).read_text()), "version": 2, "later": 1}))
    session = window.session
    opened(session, folder, qtbot)
    before = contents(path)
    (run,) = session.runs
    assert run.read_only == "run-001 was made by a newer CNN Studio 2.4; it stays as it is."
    assert (run.state, len(run.epochs())) == (RunState.FINISHED, 1)
    session.training.resume_run(run, 9)
    assert not session.training.is_active
    assert session.training.why_not_resume(run) == run.read_only
    assert not session.why_read_only()
    assert contents(path) == before


def test_run_of_a_newer_version_that_can_not_be_read_names_the_version(folder: Path) -> None:
    path = folder / "runs" / "run-001"
    network = json.loads((path / "network.json").read_text())
    network["version"] = 2
    network["nodes"][0]["layer"] = {"kind": "of-the-future"}
    (path / "network.json").write_text(json.dumps(network))
    from cnnstudio.core.errors import RunError

    with pytest.raises(RunError, match=r"made by a newer CNN Studio .*this one can't read it.*of-the-future"):
        open_run(path)
