"""The few images whose guesses are shown: they are up to date whenever a training rests or ends."""

from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core.jobs import JobContext
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import CheckpointSaved, EndReason, Guesses, LayerHealth, RunPaused
from cnnstudio.training.health import HealthObserver
from cnnstudio.training.trainer import Trainer
from tests.training import toy

# 4 steps, over within a few hundredths of a second: long before it is time to ask a second time.
SHORT = TrainConfig(optimizer={"kind": "sgd", "rate": 0.05}, batch=16, epochs=1, seed=3)


class RestsAt(JobContext):
    """Asks to pause, or to stop, once the trainer has made so many steps; goes on at once."""

    def __init__(self, trainer: Trainer, step: int, *, pause: bool) -> None:
        super().__init__()
        self._trainer, self._step, self._pauses, self._has_rested = trainer, step, pause, False

    @property
    def is_cancel_requested(self) -> bool:
        return not self._pauses and self._trainer.position.step == self._step

    @property
    def is_pause_requested(self) -> bool:
        return self._pauses and not self._has_rested and self._trainer.position.step == self._step

    def wait_until_resumed(self) -> None:
        self._has_rested = True


def heard_from(trainer: Trainer, ctx: JobContext | None = None) -> list[Any]:
    events: list[Any] = []
    trainer.run(ctx or JobContext(), events.append)
    return events


def probabilities(trainer: Trainer, indices: Any) -> torch.Tensor:
    """What the network as it is thinks of these validation images, by torch alone."""
    pixels, _ = toy.images(20)
    trainer.network.eval()
    with torch.no_grad():
        return torch.softmax(trainer.network((pixels[torch.from_numpy(indices)] / 255 - 0.5) / 0.25), 1)


def test_a_training_that_is_over_at_once_tells_what_it_thinks_in_the_end(tmp_path: Path) -> None:
    trainer = toy.trainer(tmp_path, SHORT)
    events = heard_from(trainer)
    first, last = (event for event in events if isinstance(event, Guesses))
    assert (first.step, last.step) == (0, 4)
    assert torch.allclose(torch.from_numpy(last.probabilities), probabilities(trainer, last.indices), atol=1e-6)
    assert events.index(last) < max(i for i, event in enumerate(events) if isinstance(event, CheckpointSaved))


@pytest.mark.parametrize("step", [1, 3])
def test_a_stopped_training_tells_what_it_thought_then(tmp_path: Path, step: int) -> None:
    trainer = toy.trainer(tmp_path, SHORT)
    events = heard_from(trainer, RestsAt(trainer, step, pause=False))
    assert events[-1].reason is EndReason.STOPPED
    last = [event for event in events if isinstance(event, Guesses)][-1]
    assert last.step == step
    assert torch.allclose(torch.from_numpy(last.probabilities), probabilities(trainer, last.indices), atol=1e-6)


def test_a_paused_training_tells_what_it_thinks_before_it_rests_and_no_bit_changes(tmp_path: Path) -> None:
    straight, paused = toy.trainer(tmp_path / "a", SHORT), toy.trainer(tmp_path / "b", SHORT)
    heard_from(straight)
    events = heard_from(paused, RestsAt(paused, 2, pause=True))
    told = [event.step for event in events if isinstance(event, Guesses)]
    assert told == [0, 2, 4]
    at_two = next(i for i, event in enumerate(events) if isinstance(event, Guesses) and event.step == 2)
    assert at_two < next(i for i, event in enumerate(events) if isinstance(event, RunPaused))
    ours, theirs = paused.network.state_dict(), straight.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_state_that_was_told_already_is_not_told_again(tmp_path: Path) -> None:
    trainer = toy.trainer(tmp_path, SHORT)
    events = heard_from(trainer, RestsAt(trainer, 0, pause=False))
    assert [event.step for event in events if isinstance(event, Guesses)] == [0]


def test_the_end_is_told_even_where_the_images_can_no_longer_be_read(tmp_path: Path) -> None:
    trainer = toy.trainer(tmp_path, SHORT)
    events: list[Any] = []

    def hear(event: Any) -> None:
        events.append(event)
        if isinstance(event, Guesses):
            trainer._watcher._val = None  # nothing to read from

    assert trainer.run(JobContext(), hear).reason is EndReason.FINISHED
    assert [event.step for event in events if isinstance(event, Guesses)] == [0, 4]


def test_guesses_that_are_no_numbers_are_kept_back(tmp_path: Path) -> None:
    trainer = toy.trainer(tmp_path, SHORT)
    with torch.no_grad():
        trainer.network[5].weight.fill_(float("nan"))
    events = heard_from(trainer)
    assert events[-1].reason is EndReason.DIVERGED
    assert [event for event in events if isinstance(event, Guesses)] == []


def test_the_layers_are_looked_at_in_the_last_step_too(tmp_path: Path) -> None:
    trainer = toy.trainer(tmp_path, SHORT.replace(epochs=2))
    trainer.watch((HealthObserver(),))
    looks = [event for event in heard_from(trainer) if isinstance(event, LayerHealth)]
    assert [look.step for look in looks] == [3, 8]
    weight = trainer.network[5].weight.detach()
    assert looks[-1].rows[-1].weight_high == pytest.approx(float(weight.max()))
