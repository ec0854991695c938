"""Harm of every kind in a step drawn by chance: the training stops or goes on, and what is saved is sound.

`CNNSTUDIO_HARMS=100` makes it the test before a release.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.loader import Batches
from cnnstudio.training import saving
from cnnstudio.training.checkpoint import load_best, load_latest
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason, Noted
from cnnstudio.training.observer import Observer
from cnnstudio.training.plan import Plan
from cnnstudio.training.trainer import Trainer
from tests.training import toy

HARMS = int(os.environ.get("CNNSTUDIO_HARMS", "15"))
MEMORY = max(6, HARMS * 3 // 10)
EPOCHS, STEPS = 4, 12  # 3 steps an epoch
CONFIG = {"optimizer": {"kind": "sgd", "rate": 0.05}, "batch": 16, "epochs": EPOCHS, "seed": 3}


class At(Observer):
    """Does harm once, before the optimiser's step of one step."""

    def __init__(self, step: int, harm: Callable[[Trainer], object]) -> None:
        self._step, self._harm = step, harm

    def on_step(self, trainer: Trainer, loss: torch.Tensor) -> None:
        if trainer.position.step == self._step:
            self._harm(trainer)


def make(folder: Path, precision: str = "fp32", observer: Observer | None = None) -> Trainer:
    config = TrainConfig.model_validate(CONFIG)
    train = Batches(*toy.images(48), toy.PREPROCESS, config.batch, config.seed)
    val, plan = Batches(*toy.images(20), toy.PREPROCESS, 256), Plan(precision=precision)
    watching = (observer,) if observer else ()
    return Trainer(toy.network(), train, val, config, torch.device("cpu"), folder, plan=plan, observers=watching)


def spoil(tensor: torch.Tensor, value: float, draw: random.Random) -> None:
    with torch.no_grad():
        tensor.view(-1)[draw.randrange(tensor.numel())] = value


def weight(folder: Path, draw: random.Random, step: int) -> Trainer:
    place, value = draw.choice([0, 1, 5]), draw.choice([float("nan"), float("inf"), -float("inf")])
    return make(folder, observer=At(step, lambda trainer: spoil(trainer.network[place].weight, value, draw)))


def statistic(folder: Path, draw: random.Random, step: int) -> Trainer:
    return make(folder, observer=At(step, lambda trainer: spoil(trainer.network[1].running_var, float("inf"), draw)))


def gradient(folder: Path, draw: random.Random, step: int) -> Trainer:
    def harm(trainer: Trainer) -> None:
        spoil(draw.choice([p.grad for p in trainer.network.parameters()]), float("nan"), draw)

    return make(folder, observer=At(step, harm))


def image(folder: Path, draw: random.Random, step: int) -> Trainer:
    """A NaN in a picture, as of a damaged float TIFF that passed the import."""
    trainer = make(folder)
    assert trainer._train._ready is not None
    spoil(trainer._train._ready[draw.randrange(48)], float("nan"), draw)
    return trainer


def rate(folder: Path, draw: random.Random, step: int) -> Trainer:
    """The learning rate becomes a million, for good."""

    def harm(trainer: Trainer) -> None:
        trainer.rates.set = lambda optimizer, *_: optimizer.param_groups[0].update(lr=1e25)  # type: ignore[method-assign]

    return make(folder, observer=At(min(step, 6), harm))


def logarithm(folder: Path, draw: random.Random, step: int) -> Trainer:
    """A loss that takes the logarithm of nothing: its value is infinite."""
    trainer, calls = make(folder), [0]
    mean = trainer.passes.loss.mean

    def of_zero(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        calls[0] += 1
        found = mean(logits, targets)
        return found if calls[0] <= step else found - torch.log(torch.zeros(()))

    trainer.passes.loss.mean = of_zero  # type: ignore[method-assign]
    return trainer


def half(folder: Path, draw: random.Random, step: int) -> Trainer:
    """Beyond what fp16 can hold, at every scale."""

    def harm(trainer: Trainer) -> None:
        with torch.no_grad():
            trainer.network[5].weight.fill_(6e4)

    return make(folder, "fp16", At(step, harm))


KINDS = (weight, statistic, gradient, image, rate, logarithm, half)


@pytest.mark.parametrize("number", range(HARMS))
def test_what_is_no_number_stops_the_run_and_all_that_is_saved_is_finite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(saving, "SAVE_EVERY_S", 0.0)
    monkeypatch.setattr(saving, "SAVE_SHARE", 1e9)
    draw = random.Random(number)
    step = draw.randrange(STEPS)
    trainer = KINDS[number % len(KINDS)](tmp_path, draw, step)
    ended = trainer.run(JobContext(), lambda event: None)
    assert ended.reason is EndReason.DIVERGED
    assert "step" in ended.text
    # fp16's scaler may lower its scale for 30 steps; all others are noticed at once, or in the next epoch's pass.
    assert trainer.position.step <= max(step, 6) + STEPS // EPOCHS
    for saved in (load_latest(tmp_path), load_best(tmp_path)):
        if saved is not None:
            tensors = [*saved.weights.values(), *saved.optimizer.values()]
            assert all(torch.isfinite(tensor).all() for tensor in tensors)


ERRORS: tuple[Callable[[], BaseException], ...] = (
    lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    MemoryError,
)


@pytest.mark.parametrize("number", range(MEMORY))
def test_memory_that_runs_out_in_any_step_is_told_survived_and_resumed(tmp_path: Path, number: int) -> None:
    draw = random.Random(number)
    step, error = draw.randrange(STEPS), ERRORS[number % len(ERRORS)]
    trainer = make(tmp_path)
    calls = [0]

    def run_out(network: torch.nn.Module, *_: object) -> None:
        calls[0] += network.training
        if network.training and calls[0] == step + 1:
            raise error()

    # At the end of the forward pass: statistics have moved when memory runs out.
    trainer.network.register_forward_hook(run_out)
    events: list[Any] = []

    class StopAfter(JobContext):
        @property
        def is_cancel_requested(self) -> bool:
            return trainer.position.step > step

    trainer.run(StopAfter(), events.append)
    told = [event for event in events if isinstance(event, Noted)]
    assert len(told) == 1
    assert "2 parts" in told[0].text
    assert "smaller batch" in told[0].hint
    saved = load_latest(tmp_path)
    assert saved is not None
    assert saved.state["parts"] == 2
    resumed = make(tmp_path)
    resumed.restore(saved, load_best(tmp_path))
    assert resumed.run(JobContext(), lambda event: None).reason is EndReason.FINISHED
