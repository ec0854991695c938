"""The plan of a run: measured once, written down, and the same for ever after."""

from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.paths import cache_dir
from cnnstudio.data.dataset import Dataset
from cnnstudio.network.compile import compile_network
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs import tuned
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import create_run
from cnnstudio.runs.tuned import PLAN, copy_plan, run_plan
from cnnstudio.training import tuning
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.plan import Plan

CPU = torch.device("cpu")
FAST = Plan(precision="bf16", channels_last=True, threads=1, why="bf16 + channels_last: 1.8× faster")
OPEN = TrainConfig(batch=8, epochs=1, threads=1)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Counts measurements and lets each find the same plan."""
    asked: list[Any] = []

    def tune(subject: Any, ctx: JobContext) -> Plan:
        asked.append(subject)
        return FAST

    monkeypatch.setattr(tuning, "tune", tune)
    return asked


def make(folder: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig = OPEN) -> Run:
    return create_run(folder, dataset, graph, config)


def plan_of(run: Run, dataset: Dataset) -> Plan:
    return run_plan(JobContext(), run, dataset, compile_network(run.graph, seed=1), CPU)


def test_plan_is_measured_once_and_read_from_the_run_afterwards(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, measured: list[Any]
) -> None:
    run = make(tmp_path / "run-001", dataset, graph)
    assert plan_of(run, dataset) == FAST
    assert files.read_json(run.path / PLAN)["precision"] == "bf16"
    (cache_dir() / "plans").rename(tmp_path / "gone")
    assert plan_of(run, dataset) == FAST
    assert len(measured) == 1


def test_same_training_with_another_seed_computes_in_the_same_way(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, measured: list[Any]
) -> None:
    plan_of(make(tmp_path / "run-001", dataset, graph), dataset)
    assert plan_of(make(tmp_path / "run-002", dataset, graph, OPEN.replace(seed=5)), dataset) == FAST
    assert len(measured) == 1
    plan_of(make(tmp_path / "run-003", dataset, graph, OPEN.replace(batch=16)), dataset)
    assert len(measured) == 2


def test_run_that_began_before_plans_existed_goes_on_in_plain_numbers(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, measured: list[Any]
) -> None:
    run = make(tmp_path / "run-001", dataset, graph)
    files.write_text(run.path / "history.jsonl", "")
    plan = plan_of(run, dataset)
    assert (plan.precision, plan.channels_last, plan.compile) == ("fp32", False, False)
    assert measured == []


def test_recipe_that_leaves_nothing_open_is_not_measured(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, measured: list[Any]
) -> None:
    fixed = OPEN.replace(precision="bf16", channels_last="on", compile="off", threads=2)
    plan = plan_of(make(tmp_path / "run-001", dataset, graph, fixed), dataset)
    assert plan == Plan(precision="bf16", channels_last=True, threads=2)
    assert measured == []


def test_damaged_plan_of_a_run_is_an_error_and_a_damaged_note_is_measured_again(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, measured: list[Any]
) -> None:
    run = make(tmp_path / "run-001", dataset, graph)
    plan_of(run, dataset)
    files.write_json(run.path / PLAN, {"precision": "fp7"})
    with pytest.raises(RunError, match="precision"):
        plan_of(run, dataset)
    note = next((cache_dir() / "plans").iterdir())
    files.write_text(note, "{")
    plan_of(make(tmp_path / "run-002", dataset, graph), dataset)
    assert len(measured) == 2


def test_repetition_gets_the_original_plan(tmp_path: Path, dataset: Dataset, graph: NetworkGraph) -> None:
    source, target = (make(tmp_path / name, dataset, graph) for name in ("run-001", "run-002"))
    copy_plan(source, target)
    assert not (target.path / PLAN).exists()
    files.write_json(source.path / PLAN, FAST.to_json())
    copy_plan(source, target)
    assert tuned.run_plan(JobContext(), target, dataset, torch.nn.Identity(), CPU) == FAST
