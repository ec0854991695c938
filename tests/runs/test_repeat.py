from pathlib import Path

import pytest

from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.repeat import calmer, change_recipe, clipped, compare, repeat_run
from cnnstudio.runs.run import Run, RunState, open_run
from cnnstudio.runs.store import create_run
from cnnstudio.training.checkpoint import load_latest
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason, Noted


def test_run_again_is_the_same_to_the_last_bit(run: Run, dataset: Dataset, tmp_path: Path) -> None:
    train_run(JobContext(), run, dataset)
    again, verdict = repeat_run(JobContext(), run, tmp_path / "again", dataset)
    assert verdict.is_equal
    assert verdict.largest == 0
    assert verdict.text == "The same to the last bit."
    assert verdict.text in again.journal()[-1]["text"]


def test_another_seed_is_seen_to_be_another_run(
    run: Run, dataset: Dataset, graph: NetworkGraph, config: TrainConfig, tmp_path: Path
) -> None:
    train_run(JobContext(), run, dataset)
    other = create_run(tmp_path / "other", dataset, graph, config.replace(seed=9))
    train_run(JobContext(), other, dataset)
    one, two = load_latest(run.checkpoints), load_latest(other.checkpoints)
    assert one is not None
    assert two is not None
    verdict = compare(one, two)
    assert not verdict.is_equal
    assert verdict.largest > 0
    assert verdict.changed == ("seed: 1 → 9",)


def test_run_that_never_trained_can_not_be_repeated(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no saved weights"):
        repeat_run(JobContext(), run, tmp_path / "again")


def test_diverged_run_goes_on_by_a_calmer_recipe_and_its_history_says_so(
    dataset: Dataset, graph: NetworkGraph, config: TrainConfig, tmp_path: Path
) -> None:
    config = config.replace(optimizer={"kind": "sgd", "rate": 0.01})
    good = create_run(tmp_path / "run", dataset, graph, config.replace(epochs=1))
    train_run(JobContext(), good, dataset)
    wild_recipe = config.replace(epochs=30, optimizer={"kind": "sgd", "rate": 1e6})
    wild = change_recipe(good, wild_recipe, "to see it fail")
    ended = train_run(JobContext(), wild, dataset)
    assert ended.reason is EndReason.DIVERGED
    calm = change_recipe(wild, calmer(config.replace(epochs=3)), "ten times slower after it diverged")
    assert calm.state is RunState.STOPPED
    assert train_run(JobContext(), calm, dataset).reason is EndReason.FINISHED
    notes = [event for event in open_run(calm.path).history() if isinstance(event, Noted)]
    assert any("optimizer.rate" in note.text for note in notes)


def test_a_run_does_not_change_its_batch_on_the_way(run: Run, dataset: Dataset) -> None:
    with pytest.raises(RunError, match="batch"):
        change_recipe(run, run.config.replace(batch=9), "")


def test_ways_on_are_a_smaller_rate_and_clipping() -> None:
    config = TrainConfig(optimizer={"kind": "sgd", "rate": 0.5})
    assert calmer(config).optimizer.rate == 0.05
    assert clipped(config).regularisation.clip_norm == 1
