import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.loader import random_key
from cnnstudio.training import saving
from cnnstudio.training.checkpoint import load_best, load_checkpoint, load_latest, step_folders
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import CheckpointSaved, EndReason, EpochDone, RunEnded, RunPaused, StepsDone
from cnnstudio.training.metrics import Best
from cnnstudio.training.stepping import build_optimizer
from cnnstudio.training.trainer import Trainer
from tests.training import toy

ADAM = TrainConfig(optimizer={"kind": "adam", "rate": 0.01}, batch=16, epochs=4, seed=3)
SGD = TrainConfig(
    optimizer={"kind": "sgd", "rate": 0.05, "nesterov": True, "weight_decay": 1e-3}, batch=16, epochs=4, seed=3
)


def run(trainer: Trainer, ctx: JobContext | None = None) -> list[Any]:
    events: list[Any] = []
    trainer.run(ctx or JobContext(), events.append)
    return events


def fingerprint(trainer: Trainer) -> str:
    """A hash over every weight, buffer and optimiser moment."""
    digest = hashlib.sha256()
    for tensor in trainer.network.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    for _, slots in sorted(trainer.optimizer.state_dict()["state"].items()):
        for _, value in sorted(slots.items()):
            digest.update(value.numpy().tobytes() if isinstance(value, torch.Tensor) else repr(value).encode())
    return digest.hexdigest()


class StopAt(JobContext):
    """Asks to stop (or pause) once the trainer has made so many steps."""

    def __init__(self, trainer: Trainer, step: int, *, pause: bool = False) -> None:
        super().__init__()
        self._trainer, self._step, self._pauses = trainer, step, pause

    @property
    def is_cancel_requested(self) -> bool:
        return not self._pauses and self._trainer.position.step >= self._step

    @property
    def is_pause_requested(self) -> bool:
        return self._pauses and self._trainer.position.step == self._step


@pytest.mark.parametrize("config", [ADAM, SGD], ids=["adam", "sgd"])
def test_training_equals_a_plain_torch_loop(tmp_path: Path, config: TrainConfig) -> None:
    trainer = toy.trainer(tmp_path, config)
    events = run(trainer)
    losses = [loss for event in events if isinstance(event, StepsDone) for loss in event.losses]

    network, (pixels, labels) = toy.network(), toy.images(50)
    fields = config.optimizer.to_json()
    if config.optimizer.kind == "adam":
        optimizer: torch.optim.Optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    else:
        optimizer = torch.optim.SGD(
            network.parameters(), lr=0.05, momentum=fields["momentum"], nesterov=True, weight_decay=1e-3
        )
    plain, step = [], 0
    for epoch in range(4):
        order = torch.randperm(50, generator=torch.Generator().manual_seed(random_key(3, epoch)))
        for chosen in order.split(16):
            torch.manual_seed(random_key(3, step))
            network.train()
            loss = functional.cross_entropy(network((pixels[chosen] / 255 - 0.5) / 0.25), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            plain.append(loss.item())
            step += 1
    assert losses == pytest.approx(plain, rel=1e-4)


@pytest.mark.parametrize("config", [ADAM, SGD], ids=["adam", "sgd"])
@pytest.mark.parametrize("stop", [1, 3, 4, 9, 15])
def test_stopped_and_resumed_run_ends_bit_equal(tmp_path: Path, config: TrainConfig, stop: int) -> None:
    straight = toy.trainer(tmp_path / "a", config)
    straight_epochs = [e for e in run(straight) if isinstance(e, EpochDone)]

    first = toy.trainer(tmp_path / "b", config)
    early = run(first, StopAt(first, stop))
    assert early[-1].reason is EndReason.STOPPED
    second = toy.trainer(tmp_path / "b", config)
    second.restore(load_latest(tmp_path / "b"), load_best(tmp_path / "b"))
    torch.manual_seed(999)
    late = run(second)

    assert fingerprint(second) == fingerprint(straight)
    epochs = [e for e in early + late if isinstance(e, EpochDone)]
    assert [(e.epoch, e.train_loss, e.val_loss, e.val_top1) for e in epochs] == [
        (e.epoch, e.train_loss, e.val_loss, e.val_top1) for e in straight_epochs
    ]
    assert second.best.numbers() == straight.best.numbers()


@pytest.mark.parametrize("left_out", ["weights", "optimizer", "buffers", "batch", "epoch", "step"])
def test_each_part_of_the_state_matters(tmp_path: Path, left_out: str) -> None:
    straight = toy.trainer(tmp_path / "a", ADAM)
    run(straight)
    first = toy.trainer(tmp_path / "b", ADAM)
    run(first, StopAt(first, 6))
    second = toy.trainer(tmp_path / "b", ADAM)
    fresh = {name: tensor.clone() for name, tensor in second.network.state_dict().items()}
    fresh_optimizer = build_optimizer(second.network, ADAM, second.plan)
    second.restore(load_latest(tmp_path / "b"), None)
    if left_out == "weights":
        second.network.load_state_dict({n: t for n, t in fresh.items() if "running" not in n}, strict=False)
    elif left_out == "buffers":
        second.network.load_state_dict({n: t for n, t in fresh.items() if "running" in n}, strict=False)
    elif left_out == "optimizer":
        second.optimizer = fresh_optimizer
    else:
        setattr(second.position, left_out, 0)
    run(second)
    assert fingerprint(second) != fingerprint(straight)


def test_pause_saves_before_it_says_so_and_changes_nothing(tmp_path: Path) -> None:
    straight = toy.trainer(tmp_path / "a", ADAM)
    run(straight)
    paused = toy.trainer(tmp_path / "b", ADAM)
    ctx = StopAt(paused, 5, pause=True)
    ctx.wait_until_resumed = lambda: setattr(ctx, "_step", -1)  # type: ignore[method-assign]
    events = run(paused, ctx)
    names = [type(event).__name__ for event in events]
    assert names.index("CheckpointSaved") < names.index("RunPaused") < names.index("RunResumed")
    assert next(e for e in events if isinstance(e, RunPaused)).step == 5
    assert fingerprint(paused) == fingerprint(straight)


@pytest.mark.parametrize("way", ["finished", "stopped", "diverged", "failed"])
def test_run_ended_comes_exactly_once_and_last(tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = toy.trainer(tmp_path, ADAM)
    if way == "diverged":
        torch.nn.init.constant_(trainer.network[5].weight, 1e38)
    ctx = StopAt(trainer, 3) if way == "stopped" else JobContext()
    events: list[Any] = []
    if way == "failed":

        def bug(*args: object) -> None:
            raise RunError("A bug.")

        monkeypatch.setattr(trainer, "_step", bug)
        with pytest.raises(RunError):
            trainer.run(ctx, events.append)
    else:
        trainer.run(ctx, events.append)
    assert [type(event) is RunEnded for event in events].count(True) == 1
    assert events[-1].reason.value == way
    if way in ("finished", "stopped"):
        saved = [event for event in events if isinstance(event, CheckpointSaved)][-1]
        assert saved.step == trainer.position.step == load_latest(tmp_path).state["position"]["step"]


def test_first_loss_that_is_no_number_stops_with_the_step_named(tmp_path: Path) -> None:
    trainer = toy.trainer(tmp_path, ADAM)
    run(trainer, StopAt(trainer, 5))
    safe = load_latest(tmp_path)
    again = toy.trainer(tmp_path, ADAM)
    again.restore(safe, None)
    with torch.no_grad():
        again.network[0].weight.fill_(float("nan"))
    ended = run(again)[-1]
    assert ended.reason is EndReason.DIVERGED
    assert "step 6" in ended.text
    assert "The checkpoint of step 5 is safe." in ended.text
    assert all(torch.isfinite(t).all() for t in load_latest(tmp_path).weights.values())


def test_weights_that_overflowed_are_never_saved(tmp_path: Path) -> None:
    trainer = toy.trainer(tmp_path, ADAM)
    run(trainer, StopAt(trainer, 5))
    with torch.no_grad():
        trainer.network[0].weight.fill_(float("inf"))
    trainer.position.step += 1
    events: list[Any] = []
    trainer.run(StopAt(trainer, 0), events.append)
    assert events[-1].reason is EndReason.DIVERGED
    assert all(torch.isfinite(t).all() for t in load_latest(tmp_path).weights.values())


def test_only_the_last_two_checkpoints_and_the_best_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "SAVE_EVERY_S", 0.0)
    monkeypatch.setattr(saving, "SAVE_SHARE", 1e9)
    run(toy.trainer(tmp_path, ADAM))
    assert len(step_folders(tmp_path)) == 2
    assert load_best(tmp_path).state["epoch"] in range(1, 5)


def test_epochs_that_are_kept_are_kept_even_where_each_step_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As with steps that take longer than 5 s: the epoch's last step is on the disk before the epoch is judged,
    # and after the first no epoch is the best.
    monkeypatch.setattr(Best, "is_beaten_by", lambda best, top1, loss: best.epoch == 0)
    monkeypatch.setattr(saving, "SAVE_EVERY_S", 0.0)
    monkeypatch.setattr(saving, "SAVE_SHARE", 1e9)
    run(toy.trainer(tmp_path, ADAM.replace(epochs=12, saving={"keep_every": 3})))
    kept = sorted(path.name for path in tmp_path.glob("epoch-*"))
    assert kept == ["epoch-00003", "epoch-00006", "epoch-00009", "epoch-00012"]
    assert [load_checkpoint(tmp_path / name).state["position"]["epoch"] for name in kept] == [3, 6, 9, 12]
    assert load_latest(tmp_path).state["position"] == {"step": 48, "epoch": 12, "batch": 0}


def test_it_learns_the_toy_images(tmp_path: Path) -> None:
    events = run(toy.trainer(tmp_path, ADAM.replace(epochs=15), count=90))
    assert [e for e in events if isinstance(e, EpochDone)][-1].val_top1 > 0.9


class TwoHeads(torch.nn.Module):
    """A body with its logits and one side output that only training sees."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.body, self.head, self.side = torch.nn.Linear(64, 8), torch.nn.Linear(8, 3), torch.nn.Linear(8, 3)
        self.auxiliary = {"side": 0.3}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x.flatten(1)))

    def forward_with_auxiliary(self, x: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        features = self.body(x.flatten(1))
        return self.head(features), {"side": self.side(features)}


def test_side_outputs_add_their_loss_by_their_weight(tmp_path: Path) -> None:
    config = TrainConfig(optimizer={"kind": "sgd", "rate": 0.1, "momentum": 0.0}, batch=50, epochs=1)
    trainer = toy.trainer(tmp_path, config)
    ours = Trainer(TwoHeads(), trainer._train, trainer._val, config, torch.device("cpu"), tmp_path)
    (step,) = [event for event in run(ours) if isinstance(event, StepsDone)]

    plain, (pixels, labels) = TwoHeads(), toy.images(50)
    logits, sides = plain.forward_with_auxiliary((pixels / 255 - 0.5) / 0.25)
    loss = functional.cross_entropy(logits, labels) + 0.3 * functional.cross_entropy(sides["side"], labels)
    torch.optim.SGD(plain.parameters(), lr=0.1).zero_grad()
    loss.backward()
    assert step.losses[0] == pytest.approx(loss.item(), rel=1e-5)
    for name, parameter in plain.named_parameters():
        expected = parameter.detach() - 0.1 * parameter.grad
        assert torch.allclose(ours.network.state_dict()[name], expected, atol=1e-6)
