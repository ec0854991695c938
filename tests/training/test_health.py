"""The look into the layers: its numbers against hand arithmetic, its traces, its share of the time."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from cnnstudio.core.jobs import JobContext
from cnnstudio.network.compile import compile_network
from cnnstudio.network.parts import Group
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import LayerHealth, event_from_json, event_json
from cnnstudio.training.health import HealthObserver, histogram
from cnnstudio.training.observer import Observer
from cnnstudio.training.watched_layers import unused_share, watched_layers
from tests.training import toy

CONFIG = TrainConfig(optimizer={"kind": "sgd", "rate": 0.05}, batch=16, epochs=6, seed=3)


class Clock:
    """Time that stands still until it is told to go on."""

    def __init__(self, tick_s: float = 0.0) -> None:
        self.now_s, self.tick_s = 100.0, tick_s

    def __call__(self) -> float:
        self.now_s += self.tick_s
        return self.now_s


def train(folder: Path, *observers: Observer) -> list[Any]:
    trainer = toy.trainer(folder, CONFIG)
    trainer.watch(observers)
    events: list[Any] = []
    trainer.run(JobContext(), events.append)
    return events


class Witness(Observer):
    """Notes gradients and weights of the first convolution by itself."""

    def __init__(self) -> None:
        self.gradients: dict[int, float] = {}
        self.weights: dict[int, torch.Tensor] = {}

    def on_step(self, trainer: Any, loss: torch.Tensor) -> None:
        self.gradients[trainer.position.step + 1] = float(trainer.network[0].weight.grad.square().sum().sqrt())
        self.weights[trainer.position.step] = trainer.network[0].weight.detach().clone()


def test_numbers_of_a_layer_equal_hand_arithmetic(tmp_path: Path) -> None:
    witness = Witness()
    looks = [e for e in train(tmp_path, HealthObserver(clock=Clock(1.0)), witness) if isinstance(e, LayerHealth)]
    assert looks
    for look in looks[:-1]:
        row = look.rows[0]
        before, after = witness.weights[look.step - 1], witness.weights[look.step]
        assert row.node == "0"
        assert row.gradient == pytest.approx(witness.gradients[look.step], rel=1e-5)
        assert row.update_ratio == pytest.approx(float((after - before).norm() / after.norm()), rel=1e-4)
        assert (row.weight_low, row.weight_high) == pytest.approx((float(after.min()), float(after.max())))
        assert sum(row.weight_counts) == after.numel()


def test_looking_changes_no_bit_and_leaves_no_hook(tmp_path: Path) -> None:
    watched, plain = toy.trainer(tmp_path / "a", CONFIG), toy.trainer(tmp_path / "b", CONFIG)
    watched.watch((HealthObserver(clock=Clock(1.0)),))
    for trainer in (watched, plain):
        trainer.run(JobContext(), lambda event: None)
    ours, theirs = watched.network.state_dict(), plain.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert all(not module._forward_hooks for module in watched.network.modules())


def test_looks_take_their_share_of_the_time_and_no_more(tmp_path: Path) -> None:
    # Each question for the time costs 10 ms here: a look costs some 0.1 s, so that 2 % allow one in 5 s or so.
    clock = Clock(0.01)
    train(tmp_path / "warm", HealthObserver(clock=clock))
    observer = HealthObserver(share=0.02, clock=clock)
    looks: list[float] = []
    real = observer.on_update

    def on_update(trainer: Any) -> None:
        was = bool(observer._before)
        real(trainer)
        if was:
            looks.append(observer._next_s - clock.now_s)

    observer.on_update = on_update  # type: ignore[method-assign]
    train(tmp_path, observer)
    assert looks
    assert min(looks) > 1.0


def test_event_comes_back_from_the_history_as_it_was(tmp_path: Path) -> None:
    look = next(e for e in train(tmp_path, HealthObserver(clock=Clock(1.0))) if isinstance(e, LayerHealth))
    again = event_from_json(event_json(look))
    assert isinstance(again, LayerHealth)
    assert [row.gradient for row in again.rows] == [row.gradient for row in look.rows]
    assert list(again.rows[0].weight_counts) == list(look.rows[0].weight_counts)


def test_layers_are_paired_with_the_activation_behind_them() -> None:
    network = compile_network(fit_architecture("lenet5-modern", (1, 32, 32), 10), seed=1)
    pairs = {layer.node: type(layer.output).__name__ for layer in watched_layers(network)}
    assert pairs["conv1"] == "ReLU"
    assert set(pairs) == {node.id for node in network.graph.nodes if node.layer.is_weight_layer}
    last = watched_layers(network)[-1]
    assert type(last.output).__name__ == "Linear"


def test_layers_of_a_group_made_by_hand_are_watched_like_all_others() -> None:
    graph = fit_architecture("lenet5-modern", (1, 32, 32), 10)
    grouped = graph.with_group(Group(id="ends", title="Block", members=("conv1", "relu1", graph.nodes[-1].id)))
    watched = [[layer.node for layer in watched_layers(compile_network(g, seed=1))] for g in (graph, grouped)]
    assert watched[0] == watched[1]


def test_dead_units_are_those_that_never_fire() -> None:
    outputs = torch.zeros(5, 4, 3, 3)
    outputs[2, 1, 0, 0] = 0.5
    assert unused_share(nn.ReLU(), outputs) == 0.75
    assert unused_share(nn.Tanh(), torch.tensor([[0.99, 0.2], [-0.99, 0.1]])) == 0.5
    assert unused_share(nn.Sigmoid(), torch.tensor([[0.999, 0.5], [0.001, 0.5]])) == 0.5
    assert unused_share(nn.Conv2d(1, 1, 1), outputs) is None


def test_histogram_counts_each_value_once() -> None:
    values = torch.tensor([0.0, 0.1, 0.5, 1.0])
    counts = histogram(values, 0.0, 1.0)
    assert sum(counts) == 4
    assert (counts[0], counts[-1]) == (1, 1)
    assert sum(histogram(torch.ones(7), 1.0, 1.0)) == 7
