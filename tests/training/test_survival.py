"""Numbers that are none, memory that runs out, disks that are full: the training says so, and nothing saved is lost."""

import errno
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core.errors import FileError, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.loader import Batches
from cnnstudio.training import saving
from cnnstudio.training.checkpoint import load_best, load_latest
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import CheckpointSaved, EndReason, Noted, RunPaused, RunResumed
from cnnstudio.training.observer import Observer
from cnnstudio.training.trainer import Trainer
from tests.failing import FailingDisk
from tests.training import toy

CONFIG = TrainConfig(optimizer={"kind": "sgd", "rate": 0.05}, batch=16, epochs=4, seed=3)


class At(Observer):
    """Does harm in one step."""

    def __init__(self, step: int, harm: Any) -> None:
        self._step, self._harm = step, harm

    def on_step(self, trainer: Trainer, loss: torch.Tensor) -> None:
        if trainer.position.step == self._step:
            self._harm(trainer)


def trainer_in(folder: Path, config: TrainConfig = CONFIG, observer: Observer | None = None, **more: Any) -> Trainer:
    train = Batches(*toy.images(50), toy.PREPROCESS, config.batch, config.seed)
    val = Batches(*toy.images(20), toy.PREPROCESS, 256)
    watching = (observer,) if observer else ()
    return Trainer(toy.network(), train, val, config, torch.device("cpu"), folder, observers=watching, **more)


def spoil_weight(trainer: Trainer) -> None:
    with torch.no_grad():
        trainer.network[5].bias[1] = float("nan")


def spoil_statistic(trainer: Trainer) -> None:
    trainer.network[1].running_var[0] = float("inf")


def spoil_gradient(trainer: Trainer) -> None:
    trainer.network[0].weight.grad[0] = float("inf")


@pytest.mark.parametrize("step", [0, 4, 9])
@pytest.mark.parametrize("harm", [spoil_weight, spoil_statistic, spoil_gradient], ids=lambda harm: harm.__name__)
def test_what_is_no_number_stops_the_run_and_is_never_saved(
    tmp_path: Path, harm: Any, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SAVE_EVERY_S", 0.0)
    monkeypatch.setattr(saving, "SAVE_SHARE", 1e9)
    trainer = trainer_in(tmp_path, observer=At(step, harm))
    events: list[Any] = []
    ended = trainer.run(JobContext(), events.append)
    assert ended.reason is EndReason.DIVERGED
    assert "step" in ended.text
    for saved in (load_latest(tmp_path), load_best(tmp_path)):
        if saved is not None:
            assert all(torch.isfinite(tensor).all() for tensor in saved.weights.values())
            assert saved.state.get("position", {}).get("step", 0) <= step


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.99])
def test_rate_that_is_far_too_large_is_named_with_step_and_what_to_try(tmp_path: Path, momentum: float) -> None:
    config = CONFIG.replace(optimizer={"kind": "sgd", "rate": 1e6, "momentum": momentum}, epochs=60)
    ended = trainer_in(tmp_path, config).run(JobContext(), lambda event: None)
    assert ended.reason is EndReason.DIVERGED
    assert "ten times smaller" in ended.text
    assert ("There was no checkpoint yet." in ended.text) == (load_latest(tmp_path) is None)
    assert len(ended.images) == 0 or len(ended.images) in (2, 16)


def test_image_that_is_no_number_is_named_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = trainer_in(tmp_path, name_of=lambda position: f"photo-{position}.png")
    ready = trainer._train._ready
    assert ready is not None
    ready[17] = float("nan")
    ended = trainer.run(JobContext(), lambda event: None)
    assert ended.reason is EndReason.DIVERGED
    assert ended.images[0] == "photo-17.png"
    assert "Not all numbers: photo-17.png" in ended.text
    order = trainer._train.order(0).tolist()
    assert f"batch {order.index(17) // 16 + 1})" in ended.text
    assert set(ended.images) == {f"photo-{p}.png" for p in order[order.index(17) // 16 * 16 :][:16]}


class Tight:
    """A network that has room for so many images at once, as a full device would."""

    def __init__(self, trainer: Trainer, room: int, error: BaseException) -> None:
        self._forward, self._room, self._error = trainer.passes._forward, room, error

    def __call__(self, images: torch.Tensor) -> Any:
        out = self._forward(images)  # statistics have moved when memory runs out
        if len(images) > self._room:
            raise self._error
        return out


ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory."),
    RuntimeError(
        "[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
    ),
    MemoryError(),
]


@pytest.mark.parametrize("error", ERRORS, ids=["cuda", "host", "python"])
@pytest.mark.parametrize("room", [8, 4])
def test_full_memory_goes_on_in_parts_as_if_it_had_begun_so(tmp_path: Path, error: BaseException, room: int) -> None:
    tight = trainer_in(tmp_path / "a", CONFIG.replace(epochs=1))
    tight.passes._forward = tight.passes._fast = Tight(tight, room, error)
    (tmp_path / "a").mkdir()
    events: list[Any] = []
    ended = tight.run(JobContext(), events.append)
    assert ended.reason is EndReason.FINISHED
    notes = [event.text for event in events if isinstance(event, Noted)]
    assert len(notes) == 16 // room // 2
    assert "Batch normalisation measures each part by itself" in notes[-1]

    parts = {"regularisation": {"parts": 16 // room}}
    planned = trainer_in(tmp_path / "b", TrainConfig.model_validate({**CONFIG.to_json(), "epochs": 1, **parts}))
    planned.run(JobContext(), lambda event: None)
    for name, tensor in planned.network.state_dict().items():
        assert torch.equal(tensor, tight.network.state_dict()[name]), name
    saved = load_latest(tmp_path / "a")
    assert saved is not None
    assert saved.state["parts"] == 16 // room


def test_memory_that_is_too_small_for_two_images_ends_with_what_to_do(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path)
    trainer.passes._forward = trainer.passes._fast = Tight(trainer, 1, ERRORS[0])
    with pytest.raises(RunError, match=r"even with 2 images.*smaller network"):
        trainer.run(JobContext(), lambda event: None)


def test_full_disk_is_told_waited_for_and_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "TRIES_AFTER_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(saving, "TRY_AGAIN_S", 0.0)
    straight = trainer_in(tmp_path / "a")
    straight.run(JobContext(), lambda event: None)
    (tmp_path / "b").mkdir()
    full = trainer_in(tmp_path / "b" / "checkpoints")
    events: list[Any] = []
    FailingDisk(monkeypatch, tmp_path / "b", errno.ENOSPC, last=12)
    ended = full.run(JobContext(), events.append)
    kinds = [type(event) for event in events]
    assert ended.reason is EndReason.FINISHED
    assert kinds.count(Noted) == 3
    assert "disk is full" in next(event.text for event in events if isinstance(event, Noted))
    assert kinds.index(RunPaused) < kinds.index(RunResumed) < kinds.index(CheckpointSaved)
    for name, tensor in straight.network.state_dict().items():
        assert torch.equal(tensor, full.network.state_dict()[name])


def test_go_on_tries_at_once_and_hears_that_the_disk_is_still_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "TRIES_AFTER_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(saving, "TRY_AGAIN_S", 600.0)
    trainer, ctx = trainer_in(tmp_path), JobContext()
    events: list[Any] = []

    def hear(event: Any) -> None:
        events.append(event)
        if isinstance(event, RunPaused):
            threading.Timer(0.05, ctx.resume).start()

    # Four tries until it rests; each try fails at its first write, and so do the two after "Go on".
    FailingDisk(monkeypatch, tmp_path, errno.ENOSPC, last=6)
    assert trainer.run(ctx, hear).reason is EndReason.FINISHED
    kinds = [type(event) for event in events]
    assert kinds.count(RunPaused) == 3
    assert kinds.count(RunResumed) == 1


def test_stop_while_the_disk_is_full_never_says_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "TRIES_AFTER_S", (0.0, 0.0, 0.0))
    trainer, ctx = trainer_in(tmp_path), JobContext()
    events: list[Any] = []

    def hear(event: Any) -> None:
        events.append(event)
        if isinstance(event, RunPaused):
            ctx.cancel()

    FailingDisk(monkeypatch, tmp_path, errno.ENOSPC, last=10**9)
    with pytest.raises(FileError, match="disk is full"):
        trainer.run(ctx, hear)
    assert not [event for event in events if isinstance(event, CheckpointSaved)]
    assert events[-1].reason is EndReason.FAILED


def test_drive_that_is_gone_is_not_made_anew_beneath_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "TRIES_AFTER_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(saving, "TRY_AGAIN_S", 0.0)
    drive = tmp_path / "drive"
    trainer = trainer_in(drive / "checkpoints")
    events: list[Any] = []

    def hear(event: Any) -> None:
        events.append(event)
        if isinstance(event, RunPaused):
            assert not drive.exists()
            drive.mkdir()

    ended = trainer.run(JobContext(), hear)
    assert ended.reason is EndReason.FINISHED
    assert "is gone" in next(event.text for event in events if isinstance(event, Noted))
    assert load_latest(drive / "checkpoints") is not None
