"""The weights of the best epoch outlive a divergence, however soon after the epoch it comes."""

from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core.errors import FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.training import saving
from cnnstudio.training.checkpoint import load_best, load_latest
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason, EpochDone, Noted
from cnnstudio.training.observer import Observer
from cnnstudio.training.regularisation import Regularisation
from cnnstudio.training.trainer import Trainer
from tests.training import toy

# Four steps an epoch: all is over long before saving is due, which is every 5 s at most.
CONFIG = TrainConfig(optimizer={"kind": "sgd", "rate": 0.05}, batch=16, epochs=4, seed=3)


class Harm(Observer):
    """Notes the weights after each epoch that is the best, and spoils something before a step is counted."""

    def __init__(self, step: int, spoil: Any) -> None:
        self._step, self._spoil = step, spoil
        self.best: dict[str, torch.Tensor] = {}

    def on_epoch(self, trainer: Trainer, done: EpochDone) -> None:
        if done.is_best:
            self.best = {name: tensor.clone() for name, tensor in trainer.judged.state_dict().items()}
            self.epoch = done.epoch

    def on_update(self, trainer: Trainer) -> None:
        if trainer.position.step == self._step:
            self._spoil(trainer)


def spoil_weight(trainer: Trainer) -> None:
    with torch.no_grad():
        trainer.network[5].bias[1] = float("nan")


def spoil_statistic(trainer: Trainer) -> None:
    trainer.network[1].running_var[0] = float("inf")


def diverged(folder: Path, harm: Harm, config: TrainConfig = CONFIG, ctx: JobContext | None = None) -> list[Any]:
    trainer = toy.trainer(folder, config)
    trainer.watch((harm,))
    events: list[Any] = []
    assert trainer.run(ctx or JobContext(), events.append).reason is EndReason.DIVERGED
    return events


@pytest.mark.parametrize("step", [5, 6, 10])
@pytest.mark.parametrize("average", [0.0, 0.5])
def test_the_best_epoch_before_a_divergence_is_on_the_disk(tmp_path: Path, step: int, average: float) -> None:
    harm = Harm(step, spoil_weight)
    config = CONFIG.replace(regularisation=Regularisation(average=average))
    ended = diverged(tmp_path, harm, config)[-1]
    best = load_best(tmp_path)
    assert best is not None
    assert best.state["epoch"] == harm.epoch
    assert best.weights.keys() == harm.best.keys()
    assert all(torch.equal(best.weights[name], harm.best[name]) for name in harm.best)
    assert f"The weights of the best epoch, {harm.epoch}, are safe." in ended.text
    assert load_latest(tmp_path) is None


def test_without_an_epoch_there_is_nothing_to_keep_and_nothing_is_said(tmp_path: Path) -> None:
    ended = diverged(tmp_path, Harm(2, spoil_weight))[-1]
    assert load_best(tmp_path) is None
    assert "best epoch" not in ended.text


def test_a_best_epoch_with_a_statistic_that_is_no_number_is_not_kept(tmp_path: Path) -> None:
    # A batch norm that divides by the root of infinity gives zeros: the validation loss is a number.
    ended = diverged(tmp_path, Harm(4, spoil_statistic), CONFIG.replace(epochs=1))[-1]
    assert load_best(tmp_path) is None
    assert "best epoch" not in ended.text


def test_a_full_disk_at_the_divergence_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "TRIES_AFTER_S", (0.0, 0.0))
    real, failures = saving.save_checkpoint, [FileError("The disk is full.")]

    def full_once(*arguments: Any) -> Path:
        if failures:
            raise failures.pop()
        return real(*arguments)

    monkeypatch.setattr(saving, "save_checkpoint", full_once)
    events = diverged(tmp_path, Harm(6, spoil_weight))
    assert any(isinstance(event, Noted) and "The disk is full." in event.text for event in events)
    assert load_best(tmp_path) is not None


def test_whoever_stops_while_the_disk_is_full_is_told_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = JobContext()

    def full(*arguments: Any) -> Path:
        ctx.cancel()
        raise FileError("The disk is full.")

    monkeypatch.setattr(saving, "save_checkpoint", full)
    ended = diverged(tmp_path, Harm(6, spoil_weight), ctx=ctx)[-1]
    assert "nan" in ended.text
    assert "The weights of the best epoch, 1, could not be saved: The disk is full." in ended.text


def gone_on(folder: Path, decay: float) -> list[Any]:
    """Diverge in epoch 3 with a checkpoint of epoch 1, then go on from there with this weight decay."""
    made_with = {"recipe": {"decay": 0.0}}
    harm = Harm(10, spoil_weight)
    first = toy.trainer(folder, CONFIG)
    first.made_with = made_with
    first.watch((harm,))
    first.run(toy.StopAt(first, 4), lambda event: None)
    latest = load_latest(folder)
    assert latest is not None
    second = toy.trainer(folder, CONFIG)
    second.made_with = made_with
    second.watch((harm,))
    second.restore(latest, load_best(folder))
    second.run(JobContext(), lambda event: None)
    third = toy.trainer(
        folder, CONFIG.replace(optimizer={"kind": "sgd", "rate": 0.05 if decay == 0 else 0.9, "weight_decay": decay})
    )
    third.made_with = {"recipe": {"decay": decay}}
    third.restore(latest, load_best(folder))
    events: list[Any] = []
    third.run(JobContext(), events.append)
    return events


# The same again finds the same best; a decay by 0.9 a step makes a network that is worse than that of epoch 1.
@pytest.mark.parametrize("decay", [0.0, 1.0])
def test_what_goes_on_from_before_the_best_epoch_ends_with_a_best_of_its_own(tmp_path: Path, decay: float) -> None:
    told = [event for event in gone_on(tmp_path, decay) if isinstance(event, EpochDone) and event.is_best]
    best = load_best(tmp_path)
    assert best is not None
    assert told
    assert (best.state["epoch"], best.state["loss"]) == (told[-1].epoch, told[-1].val_loss)
