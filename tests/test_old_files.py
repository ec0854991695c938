"""Projects and runs that released versions wrote: each opens, its network answers as it did, and its run goes on."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from cnnstudio import __version__
from cnnstudio.core.errors import ProjectError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.evaluation.evaluate import evaluate
from cnnstudio.project import Project, open_project
from cnnstudio.runs.execute import extend_run, train_run
from cnnstudio.runs.loaded import load_run_network
from cnnstudio.runs.run import RunState
from cnnstudio.training.checkpoint import load_latest
from cnnstudio.training.events import EndReason

ZOO = Path(__file__).parent / "zoo"
VERSIONS = sorted(path.name for path in ZOO.iterdir() if (path / "project.json").exists())


@pytest.fixture(params=VERSIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what a version wrote."""
    return Path(shutil.copytree(ZOO / request.param, tmp_path / "old"))


def opened(path: Path) -> Project:
    project = open_project(path)
    project.close()
    return project


def test_this_version_is_in_the_zoo() -> None:
    assert __version__ in VERSIONS


def test_project_and_run_open_with_all_that_was_written(old: Path) -> None:
    project = opened(old)
    assert (project.recovered, project.name) == ("", "Zoo")
    (run,) = project.runs()
    assert (run.name, run.info.tags, run.info.notes) == ("The first", ("zoo",), "Kept for later versions.")
    assert (run.state, len(run.epochs())) == (RunState.FINISHED, 2)
    assert run.graph == project.spec.network
    assert run.data.augment.active


@pytest.mark.slow
def test_network_answers_as_it_did_and_the_run_goes_on(old: Path) -> None:
    (run,) = opened(old).runs()
    best = run.best()
    assert best is not None
    dataset = open_dataset(run.data, JobContext())
    loaded = load_run_network(run)
    judged = evaluate(loaded.network, dataset, loaded.preprocess, loaded.classes, "val", JobContext())
    # Another PyTorch may round otherwise, and let one or two of the 269 pictures change sides.
    assert judged.report.top1 == pytest.approx(best.val_top1, abs=0.01)
    before = load_latest(run.checkpoints)
    assert before is not None
    assert train_run(JobContext(), extend_run(run, 3)).reason is EndReason.FINISHED
    after = load_latest(run.checkpoints)
    assert after is not None
    assert after.state["position"]["epoch"] == 3
    assert not torch.equal(after.weights["layer0.weight"], before.weights["layer0.weight"])


def test_what_a_later_version_adds_survives_a_save(old: Path) -> None:
    file = old / "project.json"
    described = json.loads(file.read_text())
    described["later"] = {"a": [1]}
    described["train"]["later"] = 2
    file.write_text(json.dumps(described))
    project = open_project(old)
    project.save(project.spec.replace(name="Other")).close()
    saved = json.loads(file.read_text())
    assert (saved["later"], saved["train"]["later"], saved["name"]) == ({"a": [1]}, 2, "Other")


def test_a_newer_format_is_left_as_it_is(old: Path) -> None:
    file = old / "project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 2}))
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    with pytest.raises(ProjectError, match="newer CNN Studio"):
        open_project(old)
    assert {path: path.read_bytes() for path in before} == before
