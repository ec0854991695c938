"""A training that is killed anywhere, again and again, ends equal to one that never stopped: to the last bit.

`CNNSTUDIO_RESUME_RUNS=100` makes it the test before a release.
"""

import hashlib
import json
import multiprocessing
import os
import random
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.batch_worker import Setup
from cnnstudio.data.crew import Crew
from cnnstudio.data.distort import Distorter
from cnnstudio.data.loader import Batches
from cnnstudio.training import saving
from cnnstudio.training.checkpoint import load_best, load_latest
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EpochDone
from cnnstudio.training.observer import Observer
from cnnstudio.training.plan import Plan
from cnnstudio.training.position import Position
from cnnstudio.training.recipe import optimizers
from cnnstudio.training.trainer import Trainer
from tests.training import toy

RUNS = int(os.environ.get("CNNSTUDIO_RESUME_RUNS", "10"))
KILLS = 2 if RUNS < 100 else 3  # of each run
AUGMENT = AugmentSpec.model_validate(
    {
        "operations": [
            {"kind": "mirror"},
            {"kind": "rotation"},
            {"kind": "noise"},
            {"kind": "mixup", "probability": 0.5},
        ]
    }
)
CONFIG = {
    "optimizer": {"kind": "sgd", "rate": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3},
    "schedule": {"kind": "plateau", "patience": 0, "by": 0.5, "least": 0.2},
    "warmup": 0.5,
    "regularisation": {"average": 0.9, "clip_norm": 1.0, "parts": 2, "early_stop": 50, "decays_all": False},
    "layers": [{"node": "0", "rate": 0.5}],
    "batch": 16,
    "epochs": 5,
    "seed": 3,
}


def make(folder: Path, observers: tuple[Observer, ...] = (), workers: int = 0, **changes: Any) -> Trainer:
    """Convolution, batch norm, dropout; Nesterov, plateau, warm-up, average, clipping, parts; augmented images."""
    config = TrainConfig.model_validate({**CONFIG, **changes})
    val = Batches(*toy.images(20), toy.PREPROCESS, 256)
    plan = Plan(precision="fp32" if config.precision == "auto" else config.precision)
    train = batches(config, workers)
    return Trainer(toy.network(), train, val, config, torch.device("cpu"), folder, plan=plan, observers=observers)


def batches(config: TrainConfig, workers: int) -> Batches:
    """50 distorted images, prepared in this process or by a crew."""
    (pixels, labels), places = toy.images(50), np.arange(50)
    distorter = Distorter(AUGMENT, config.seed, toy.PREPROCESS.mean or ())
    made = Batches(pixels, labels, toy.PREPROCESS, config.batch, config.seed, torch.arange(50), distorter, 3)
    if not workers:
        return made
    fixed = (places, labels.numpy(), toy.PREPROCESS, config.batch, config.seed, places, distorter, 3, pixels.numpy())
    return replace(made, crew=Crew(Setup(*fixed), workers, chunk_images=config.batch))


def fingerprint(trainer: Trainer) -> str:
    """A hash over all weights, statistics, moments, averages and sums."""
    digest = hashlib.sha256()
    from cnnstudio.training.state import checkpoint_of

    state = checkpoint_of(trainer)
    for part in (state.weights, state.optimizer, state.average):
        for name, tensor in sorted(part.items()):
            digest.update(name.encode() + tensor.float().numpy().tobytes())
    digest.update(json.dumps(state.state, sort_keys=True).encode())
    return digest.hexdigest()


class Killer(Observer):
    """Ends the process without a word, in the middle of a step."""

    def __init__(self, step: int) -> None:
        self._step = step

    def on_step(self, trainer: Trainer, loss: torch.Tensor) -> None:
        if trainer.position.step >= self._step:
            os.kill(os.getpid(), signal.SIGKILL)


def go_on(folder: str, kill_at: int, threads: int, workers: int, answer: Any) -> None:
    """In a process of its own: train on from what is on the disk."""
    torch.set_num_threads(threads)
    saving.SAVE_EVERY_S, saving.SAVE_SHARE = 0.0, 1e9  # type: ignore[misc]  # save after each step
    checkpoints = Path(folder) / "checkpoints"
    trainer = make(checkpoints, (Killer(kill_at),) if kill_at else (), workers)
    latest = load_latest(checkpoints) if checkpoints.exists() else None
    if latest is not None:
        trainer.restore(latest, load_best(checkpoints))
    # Chance of the process must not matter.
    random.seed(kill_at)
    np.random.seed(kill_at)
    torch.manual_seed(kill_at)
    try:
        trainer.run(JobContext(), lambda event: None)
    finally:
        trainer._train.close()
    answer.put(fingerprint(trainer))


@pytest.mark.slow
@pytest.mark.timeout(max(120, 30 * RUNS))
@pytest.mark.parametrize(("threads", "workers", "share"), [(1, 0, 0.4), (2, 0, 0.4), (1, 2, 0.1), (2, 2, 0.1)])
def test_killed_and_resumed_runs_end_equal_to_the_last_bit(
    tmp_path: Path, threads: int, workers: int, share: float
) -> None:
    """Whoever prepares the batches: the run that never stopped has no workers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "cnnstudio.training.trainer", "torch._dynamo"])
    draw, answer = random.Random(threads), context.Queue()
    before = set(psutil.Process().children(recursive=True))

    def process(folder: Path, kill_at: int, helpers: int) -> int | None:
        child = context.Process(target=go_on, args=(str(folder), kill_at, threads, helpers, answer))
        child.start()
        child.join(300)
        return child.exitcode

    (tmp_path / "straight").mkdir()
    assert process(tmp_path / "straight", 0, 0) == 0
    wanted = answer.get(timeout=10)
    for number in range(round(RUNS * share)):
        folder = tmp_path / f"run{number}"
        folder.mkdir()
        for step in sorted(draw.sample(range(1, 19), KILLS)):
            assert process(folder, step, workers) == -signal.SIGKILL
        assert process(folder, 0, workers) == 0
        assert answer.get(timeout=10) == wanted, number
    started = [child for child in psutil.Process().children(recursive=True) if child not in before]
    _, left = psutil.wait_procs([child for child in started if "spawn_main" in " ".join(child.cmdline())], timeout=20)
    assert left == []


def finished(trainer: Trainer) -> str:
    """The fingerprint at the end, with the last epoch's figures."""
    events: list[Any] = []
    trainer.run(JobContext(), events.append)
    epochs = {e.epoch: (e.train_loss, e.train_top1, e.val_loss, e.val_top1) for e in events if isinstance(e, EpochDone)}
    return f"{fingerprint(trainer)} {[epochs[number] for number in (3, 4, 5)]}"


def _forget_average(trainer: Trainer) -> None:
    assert trainer.average is not None
    trainer.average.restore({}, trainer.network)


def _feed(trainer: Trainer, **otherwise: Any) -> None:
    trainer._train = replace(trainer._train, **otherwise)


LEFT_OUT = {
    "nothing": lambda trainer: None,
    "weights": lambda trainer: trainer.network[5].weight.data.copy_(toy.network()[5].weight.data),
    "statistics": lambda trainer: trainer.network[1].reset_running_stats(),
    "moments": lambda trainer: trainer.optimizer.state.clear(),
    "average": _forget_average,
    "plateau": lambda trainer: setattr(trainer.plateau, "best", -1.0),
    "patience": lambda trainer: setattr(trainer.patience, "best", -1.0),
    "step": lambda trainer: setattr(trainer.position, "step", 0),
    "place in the epoch": lambda trainer: setattr(trainer, "position", Position(10, 2, 0)),
    "epoch's sums": lambda trainer: setattr(trainer.sums, "loss_sum", 0.0),
    "best epoch": lambda trainer: setattr(trainer.best, "top1", 2.0),
    "parts": lambda trainer: setattr(trainer.passes, "parts", 1),
    "seed of the order": lambda trainer: _feed(trainer, seed=4),
    "seed of the distortion": lambda trainer: _feed(trainer, distorter=replace(trainer._train.distorter, seed=4)),
    "seed of dropout": lambda trainer: setattr(trainer, "_seed_step", lambda step: torch.manual_seed(step)),
}


@pytest.mark.parametrize("left_out", LEFT_OUT)
def test_each_part_of_the_state_matters(tmp_path: Path, left_out: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    wanted = finished(make(tmp_path / "a" / "checkpoints"))
    first = make(tmp_path / "b" / "checkpoints")
    first.run(toy.StopAt(first, 10), lambda event: None)
    second = make(tmp_path / "b" / "checkpoints")
    second.restore(load_latest(tmp_path / "b" / "checkpoints"), load_best(tmp_path / "b" / "checkpoints"))
    LEFT_OUT[left_out](second)
    assert (finished(second) == wanted) is (left_out == "nothing")


@pytest.mark.parametrize(("precision", "left_out"), [("bf16", ""), ("fp16", ""), ("fp16", "scale")])
def test_short_numbers_resume_equal_to_the_last_bit(tmp_path: Path, precision: str, left_out: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    wanted = finished(make(tmp_path / "a" / "checkpoints", precision=precision))
    first = make(tmp_path / "b" / "checkpoints", precision=precision)
    first.run(toy.StopAt(first, 7), lambda event: None)
    second = make(tmp_path / "b" / "checkpoints", precision=precision)
    second.restore(load_latest(tmp_path / "b" / "checkpoints"), load_best(tmp_path / "b" / "checkpoints"))
    if left_out:
        assert second.passes.scaler is not None
        # Far too large: the next gradients overflow, and their steps are left out.
        second.passes.scaler.load_state_dict({**second.passes.scaler.state_dict(), "scale": 2.0**24})
    assert (finished(second) == wanted) is not bool(left_out)


@pytest.mark.parametrize("kind", optimizers.kinds())
def test_every_optimiser_goes_on_equal_to_the_last_bit(tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    own = {"optimizer": {"kind": kind}}
    wanted = finished(make(tmp_path / "a" / "checkpoints", **own))
    first = make(tmp_path / "b" / "checkpoints", **own)
    first.run(toy.StopAt(first, 7), lambda event: None)
    second = make(tmp_path / "b" / "checkpoints", **own)
    second.restore(load_latest(tmp_path / "b" / "checkpoints"), load_best(tmp_path / "b" / "checkpoints"))
    assert finished(second) == wanted


def test_checkpoint_of_an_older_version_still_goes_on(tmp_path: Path) -> None:
    """Moments by number instead of name, and none of the newer entries."""
    plain = {"regularisation": {}, "layers": [], "schedule": {"kind": "constant"}, "warmup": 0}
    (tmp_path / "a").mkdir()
    wanted = finished(make(tmp_path / "a" / "checkpoints", **plain))
    (tmp_path / "b").mkdir()
    first = make(tmp_path / "b" / "checkpoints", **plain)
    first.run(toy.StopAt(first, 6), lambda event: None)
    saved = load_latest(tmp_path / "b" / "checkpoints")
    assert saved is not None
    names = [name for name, _ in first.network.named_parameters()]
    numbered = {f"{names.index(k.rsplit('.', 1)[0])}.{k.rsplit('.', 1)[1]}": v for k, v in saved.optimizer.items()}
    sums = {key: value for key, value in saved.state["sums"].items() if key != "batches"}
    state = {key: saved.state[key] for key in ("position", "best", "optimizer_numbers")}
    second = make(tmp_path / "b" / "checkpoints", **plain)
    second.restore(
        type(saved)(saved.weights, numbered, {**state, "sums": sums}), load_best(tmp_path / "b" / "checkpoints")
    )
    events: list[Any] = []
    second.run(JobContext(), events.append)
    second.patience = make(tmp_path / "a" / "checkpoints").patience
    assert [event for event in events if isinstance(event, EpochDone)]
    assert fingerprint(second) == wanted.split()[0]
