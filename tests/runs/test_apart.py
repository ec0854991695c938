import contextlib
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnnstudio.core.errors import Cancelled, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.apart import train_apart
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import Run, RunState
from cnnstudio.runs.store import create_run
from cnnstudio.training.checkpoint import load_latest
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason, EpochDone, RunPaused, RunResumed, RunStarted, StepsDone

pytestmark = pytest.mark.slow  # each starts a process that imports torch


def trainers() -> list[psutil.Process]:
    """Child processes that train."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def weights(run: Run) -> dict[str, list[float]]:
    latest = load_latest(run.checkpoints)
    assert latest is not None
    return {name: tensor.flatten().tolist() for name, tensor in latest.weights.items()}


def test_training_in_a_child_gives_the_same_bits_and_events_as_in_a_thread(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig, run: Run
) -> None:
    here = create_run(tmp_path / "here", dataset, graph, config)
    seen: dict[str, list[Any]] = {"here": [], "apart": []}
    train_run(JobContext(seen["here"].append), here, dataset)
    ended = train_apart(JobContext(seen["apart"].append), run)
    assert ended.reason is EndReason.FINISHED
    assert weights(run) == weights(here)
    epochs = {place: [e.val_loss for e in events if isinstance(e, EpochDone)] for place, events in seen.items()}
    assert epochs["apart"] == epochs["here"]
    assert run.state is RunState.FINISHED
    assert not trainers()


def long_run(tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig) -> Run:
    return create_run(tmp_path / "long", dataset, graph, config.replace(epochs=100_000))


def test_child_pauses_goes_on_and_stops_as_it_is_told(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    run = long_run(tmp_path, dataset, graph, config)
    seen: list[type] = []

    def watch(event: Any) -> None:
        seen.append(type(event))
        if isinstance(event, StepsDone) and RunPaused not in seen:
            ctx.pause()
        elif isinstance(event, RunPaused):
            ctx.resume()
        elif isinstance(event, RunResumed):
            ctx.cancel()

    ctx = JobContext(watch)
    ended = train_apart(ctx, run)
    assert ended.reason is EndReason.STOPPED
    assert [kind for kind in seen if kind in (RunStarted, RunPaused, RunResumed)] == [RunStarted, RunPaused, RunResumed]
    assert run.state is RunState.STOPPED
    assert not trainers()


def test_killed_child_is_named_with_its_signal_and_leaves_a_run_that_can_be_resumed(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    run = long_run(tmp_path, dataset, graph, config)

    def kill(event: Any) -> None:
        if isinstance(event, StepsDone):
            for child in trainers():
                os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(RunError, match="SIGKILL, as the system does when memory runs out"):
        train_apart(JobContext(kill), run)
    assert run.state is RunState.INTERRUPTED
    ctx = JobContext(lambda event: ctx.cancel() if isinstance(event, StepsDone) else None)
    assert train_apart(ctx, run).reason is EndReason.STOPPED


def test_child_whose_parent_went_away_saves_and_ends(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    run = long_run(tmp_path, dataset, graph, config)

    class GoneAwayError(Exception):
        pass

    def leave(event: Any) -> None:
        if isinstance(event, StepsDone):
            raise GoneAwayError

    with pytest.raises(GoneAwayError):
        train_apart(JobContext(leave), run)
    assert run.state is RunState.STOPPED
    assert load_latest(run.checkpoints) is not None
    assert not trainers()


def test_what_is_wrong_in_the_child_is_raised_here(run: Run) -> None:
    (run.path / "network.json").write_text("{}")
    with pytest.raises(RunError):
        train_apart(JobContext(), run)


def test_stop_during_the_childs_start_is_heard(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    run = long_run(tmp_path, dataset, graph, config)
    ctx = JobContext()
    threading.Timer(0.05, ctx.cancel).start()
    started_s = time.monotonic()
    with contextlib.suppress(Cancelled):  # raised if it was still opening the data
        assert train_apart(ctx, run).reason is EndReason.STOPPED
    assert time.monotonic() - started_s < 20
    assert not trainers()
