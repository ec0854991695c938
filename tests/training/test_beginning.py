"""Initialisation against the variances of the papers."""

import copy
import math
from typing import Any

import pytest
import torch
from torch import nn

from cnnstudio.training.beginning import initialise, weight_layers
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.recipe import initialisations

FAN_IN, FAN_OUT = 64 * 9, 128 * 9


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(64, 128, 3), nn.BatchNorm2d(128), nn.ReLU(), nn.Conv2d(128, 64, 3), nn.Linear(300, 200)
    )


def begun(**recipe: Any) -> nn.Module:
    made = network()
    initialise(made, TrainConfig(**recipe))
    return made


@pytest.mark.parametrize(
    ("described", "variance"),
    [
        ({"kind": "lecun"}, 1 / FAN_IN),
        ({"kind": "xavier"}, 2 / (FAN_IN + FAN_OUT)),
        ({"kind": "xavier", "shape": "uniform"}, 2 / (FAN_IN + FAN_OUT)),
        ({"kind": "he"}, 2 / FAN_IN),
        ({"kind": "he", "fan": "outputs"}, 2 / FAN_OUT),
        ({"kind": "he", "shape": "uniform"}, 2 / FAN_IN),
        ({"kind": "small_normal"}, 1e-4),
        ({"kind": "large_normal"}, 1.0),
        ({"kind": "zero"}, 0.0),
    ],
    ids=str,
)
def test_weights_have_the_variance_of_the_paper(described: dict[str, Any], variance: float) -> None:
    conv = begun(initialisation=described)[0]
    values = conv.weight.detach().double().flatten()
    # The variance of n normal numbers strays by √(2/n): four times that is practically never exceeded.
    assert values.var().item() == pytest.approx(variance, rel=4 * math.sqrt(2 / len(values)), abs=1e-12)
    assert abs(values.mean().item()) <= 4 * math.sqrt(variance / len(values))
    assert not conv.bias.detach().any()


def test_orthogonal_rows_are_perpendicular_and_of_the_gains_length() -> None:
    weight = begun(initialisation={"kind": "orthogonal", "gain": 1.5})[0].weight.detach().flatten(1)
    assert torch.allclose(weight @ weight.T, 2.25 * torch.eye(128), atol=1e-4)


def test_as_built_leaves_pytorchs_weights_alone() -> None:
    for ours, theirs in zip(begun().parameters(), network().parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_initialisation_follows_the_seed_and_disturbs_no_other_chance() -> None:
    torch.manual_seed(7)
    state = torch.get_rng_state()
    one, same = (begun(initialisation={"kind": "he"}, seed=4) for _ in range(2))
    other = begun(initialisation={"kind": "he"}, seed=5)
    assert torch.equal(one[0].weight, same[0].weight)
    assert not torch.equal(one[0].weight, other[0].weight)
    torch.manual_seed(7)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_layers_own_rule_leaves_the_others_as_they_are() -> None:
    plain = begun(initialisation={"kind": "he"})
    ruled = begun(initialisation={"kind": "he"}, layers=[{"node": "0", "initialisation": {"kind": "zero"}}])
    assert not ruled[0].weight.any()
    assert torch.equal(ruled[3].weight, plain[3].weight)
    assert torch.equal(ruled[4].weight, plain[4].weight)


def test_norms_keep_their_own_beginning() -> None:
    assert [name for name, _ in weight_layers(network())] == ["0", "3", "4"]
    assert torch.equal(begun(initialisation={"kind": "zero"})[1].weight, torch.ones(128))


@pytest.mark.parametrize("kind", initialisations.kinds())
def test_every_initialisation_setting_is_described(kind: str) -> None:
    for name, field in initialisations[kind].model_fields.items():
        assert name == "kind" or (field.title and field.description), name


MODULES = (
    nn.Conv2d(64, 128, 3),
    nn.Conv2d(64, 128, (3, 5), groups=4),
    nn.Linear(300, 200),
    nn.ConvTranspose2d(48, 96, 2),
)
SETTINGS: list[dict[str, Any]] = [
    *({"kind": kind} for kind in initialisations.kinds()),
    {"kind": "he", "fan": "outputs", "shape": "uniform"},
    {"kind": "xavier", "shape": "uniform"},
    {"kind": "orthogonal", "gain": 1.5},
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: type(module).__name__ + str(module.weight.ndim))
@pytest.mark.parametrize("described", SETTINGS, ids=str)
def test_spread_that_is_shown_is_that_of_torchs_weights(described: dict[str, Any], module: nn.Module) -> None:
    made: Any = copy.deepcopy(module)
    torch.manual_seed(2)
    made.reset_parameters()  # as PyTorch builds it
    spec = initialisations.parse(described)
    spec.fill(made)
    values, spread = made.weight.detach().double().flatten(), spec.spread(tuple(made.weight.shape))
    # Relative error of a deviation from n numbers: √(1/2n), four times that at most.
    assert values.std().item() == pytest.approx(spread.deviation, rel=4 / math.sqrt(2 * len(values)), abs=1e-12)
    if spread.is_even:
        assert 0.99 * spread.reach <= values.abs().max().item() <= spread.reach * (1 + 1e-6)
