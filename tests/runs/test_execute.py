import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.execute import extend_run, train_run
from cnnstudio.runs.loaded import load_run_network
from cnnstudio.runs.run import LOCK, Run, RunState, open_run
from cnnstudio.runs.store import create_run
from cnnstudio.training.checkpoint import load_latest
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason, EpochDone, RunPaused, StepsDone
from tests.runs.broken_off import StopAfter

CHILD = """
import sys
from pathlib import Path
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import open_run
import cnnstudio.training.saving as saving
saving.SAVE_EVERY_S = 0.0
saving.SAVE_SHARE = 1e9
print("ready", flush=True)
train_run(JobContext(), open_run(Path(sys.argv[1])))
"""


def weights(run: Run) -> dict[str, list[float]]:
    latest = load_latest(run.checkpoints)
    assert latest is not None
    return {name: tensor.flatten().tolist() for name, tensor in (latest.weights | latest.optimizer).items()}


def history(run: Run) -> tuple[list[float], list[tuple[Any, ...]]]:
    """Every step's loss, and every epoch's results, as the history holds them."""
    events = run.history()
    losses = [loss for event in events if isinstance(event, StepsDone) for loss in event.losses]
    epochs = [(e.epoch, e.train_loss, e.val_loss, e.val_top1, e.is_best) for e in run.epochs()]
    return losses, epochs


def test_finished_run_tells_its_story(run: Run, dataset: Dataset) -> None:
    assert run.state is RunState.CREATED
    assert train_run(JobContext(), run, dataset).reason is EndReason.FINISHED
    assert run.state is RunState.FINISHED
    losses, epochs = history(run)
    assert len(losses) == 4 * 6  # 48 training images in batches of 8
    assert [epoch[0] for epoch in epochs] == [1, 2, 3, 4]
    assert [line["state"] for line in run.journal()] == ["running", "finished"]
    assert "nn.Conv2d" in (run.path / "network.py").read_text()


@pytest.mark.parametrize("batches", [0, 1, 5, 7, 14])
def test_stopped_run_resumes_to_the_same_bits_and_the_same_history(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig, batches: int
) -> None:
    straight = create_run(tmp_path / "a", dataset, graph, config)
    train_run(JobContext(), straight, dataset)
    stopped = create_run(tmp_path / "b", dataset, graph, config)
    assert train_run(StopAfter(batches), stopped, dataset).reason is EndReason.STOPPED
    assert stopped.state is RunState.STOPPED
    train_run(JobContext(), open_run(stopped.path), None)
    assert weights(stopped) == weights(straight)
    assert history(stopped) == history(straight)


@pytest.mark.slow
def test_killed_run_resumes_to_the_same_bits(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    config = config.replace(epochs=40)
    straight = create_run(tmp_path / "a", dataset, graph, config)
    train_run(JobContext(), straight, dataset)
    killed = create_run(tmp_path / "b", dataset, graph, config)
    for delay_s in (0.3, 0.6):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(killed.path)], stdout=subprocess.PIPE, env={**os.environ}
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            deadline_s = time.monotonic() + 30
            while not (killed.path / "history.jsonl").exists() and time.monotonic() < deadline_s:
                threading.Event().wait(0.01)
            time.sleep(delay_s)  # the moment of the kill is what is being tested
            child.send_signal(signal.SIGKILL)
        assert open_run(killed.path).state in (RunState.INTERRUPTED, RunState.FINISHED)
    train_run(JobContext(), open_run(killed.path), dataset)
    assert open_run(killed.path).state is RunState.FINISHED
    assert weights(killed) == weights(straight)
    assert history(killed) == history(straight)


def test_run_is_trained_by_one_at_a_time(run: Run, dataset: Dataset) -> None:
    ctx = JobContext()
    paused = threading.Event()
    ctx_events = JobContext(lambda event: paused.set() if isinstance(event, RunPaused) else None)
    ctx_events.pause()
    thread = threading.Thread(target=train_run, args=(ctx_events, run, dataset))
    thread.start()
    try:
        assert paused.wait(10)
        assert open_run(run.path).state is RunState.PAUSED
        with pytest.raises(RunError, match="being trained by another process"):
            train_run(ctx, run, dataset)
    finally:
        ctx_events.cancel()
        thread.join(10)
    assert open_run(run.path).state is RunState.STOPPED


def test_changed_data_are_refused_and_the_run_is_untouched(run: Run, dataset: Dataset) -> None:
    train_run(StopAfter(3), run, dataset)
    before = weights(run)
    changed = run.data.replace(source=run.data.source.replace(seed=9))
    (run.path / "data.json").write_text(changed.model_dump_json())
    with pytest.raises(RunError, match="data changed since run 1"):
        train_run(JobContext(), open_run(run.path), None)
    assert weights(run) == before


def test_run_that_was_deleted_while_it_trained_is_a_run_again_with_its_last_save(run: Run, dataset: Dataset) -> None:
    deleted: list[str] = []

    class Deleting(JobContext):
        def emit(self, event: object) -> None:
            if isinstance(event, EpochDone) and event.epoch == 2:
                for file in run.path.glob("*.*"):
                    if file.is_file() and file.name != LOCK:
                        deleted.append(file.name)
                        file.unlink()

    train_run(Deleting(), run, dataset)
    assert {"run.json", "network.json", "train.json", "data.json", "journal.jsonl", "history.jsonl"} <= set(deleted)
    again = open_run(run.path)
    assert again.state is RunState.FINISHED
    assert (again.graph, again.config, again.data) == (run.graph, run.config, run.data)
    assert load_run_network(again).epoch > 0


def test_extended_run_equals_one_that_was_longer_from_the_start(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    long = create_run(tmp_path / "a", dataset, graph, config.replace(epochs=5))
    train_run(JobContext(), long, dataset)
    short = create_run(tmp_path / "b", dataset, graph, config.replace(epochs=2))
    train_run(JobContext(), short, dataset)
    train_run(JobContext(), extend_run(short, 5), dataset)
    assert weights(short) == weights(long)
    with pytest.raises(RunError, match="has done 5 epochs"):
        extend_run(open_run(short.path), 3)


def test_run_whose_loss_blows_up_says_so_and_keeps_finite_weights(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    wild = create_run(tmp_path / "a", dataset, graph, config.replace(optimizer={"kind": "sgd", "rate": 1e6}, epochs=30))
    ended = train_run(JobContext(), wild, dataset)
    assert ended.reason is EndReason.DIVERGED
    assert "learning rate" in ended.text
    assert wild.state is RunState.DIVERGED


def test_run_whose_loss_blows_up_and_stays_a_number_says_so_in_its_end(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    # Weights that grow to thousands without ever being infinite: tanh holds the gradients back.
    wild = create_run(
        *(tmp_path / "a", dataset, fit_architecture("lenet5", (3, 32, 32), len(dataset.classes))),
        config.replace(optimizer={"kind": "sgd", "rate": 1000}, epochs=4),
    )
    ended = train_run(JobContext(), wild, dataset)
    last = wild.epochs()[-1]
    assert last.train_loss > 3 * math.log(len(dataset.classes))
    assert ended.reason is EndReason.FINISHED
    assert ended.has_blown_up
    assert "All 4 epochs are done. But it diverged." in ended.text
    assert wild.journal()[-1]["text"] == ended.text
    assert "best" in [path.name for path in wild.checkpoints.iterdir()]


def test_run_that_learns_says_nothing_of_the_kind(run: Run, dataset: Dataset) -> None:
    ended = train_run(JobContext(), run, dataset)
    assert not ended.has_blown_up
    assert "diverged" not in ended.text


def test_loaded_network_gives_the_accuracy_that_the_best_epoch_had(run: Run, dataset: Dataset) -> None:
    from cnnstudio.evaluation.evaluate import evaluate

    train_run(JobContext(), run, dataset)
    loaded = load_run_network(run)
    best = run.best()
    assert best is not None
    assert loaded.epoch == best.epoch
    result = evaluate(loaded.network, dataset, loaded.preprocess, loaded.classes, "val", JobContext())
    assert result.report.top1 == pytest.approx(best.val_top1)
    assert result.report.loss == pytest.approx(best.val_loss, rel=1e-5)


def test_loading_a_network_draws_no_random_number(run: Run, dataset: Dataset) -> None:
    import torch

    train_run(JobContext(), run, dataset)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    load_run_network(run)
    assert torch.equal(torch.get_rng_state(), before)


def test_network_of_a_run_without_weights_says_what_to_do(run: Run) -> None:
    with pytest.raises(RunError, match=r"no saved weights yet.*Train it"):
        load_run_network(run)


def test_trained_run_whose_weights_are_gone_says_so(run: Run, dataset: Dataset) -> None:
    train_run(JobContext(), run, dataset)
    shutil.rmtree(run.checkpoints)
    with pytest.raises(RunError, match=r"are gone.*back from a copy"):
        load_run_network(run)


def test_events_reach_the_one_who_watches(run: Run, dataset: Dataset) -> None:
    events: list[Any] = []
    train_run(JobContext(events.append), run, dataset)
    assert sum(isinstance(event, EpochDone) for event in events) == 4
