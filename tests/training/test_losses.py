"""Losses against PyTorch's, whole and in parts, for class numbers and for mixed targets."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnstudio.training.config import TrainConfig
from cnnstudio.training.losses.cross_entropy import CrossEntropy
from cnnstudio.training.recipe import losses

CPU = torch.device("cpu")
COUNTS = (60, 30, 10)
KINDS: list[dict[str, Any]] = [
    {"kind": "cross_entropy"},
    {"kind": "cross_entropy", "label_smoothing": 0.1},
    {"kind": "cross_entropy", "weights": [0.5, 1.0, 3.0]},
    {"kind": "cross_entropy", "weighting": "balanced", "label_smoothing": 0.2},
    {"kind": "mean_squared"},
]


def batch(is_mixed: bool) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(12, 3, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, 3, (12,), generator=generator)
    if not is_mixed:
        return logits, labels
    shares = torch.rand(12, 1, generator=generator, dtype=torch.float64)
    one, other = functional.one_hot(labels, 3), functional.one_hot(labels.roll(1), 3)
    return logits, shares * one + (1 - shares) * other


@pytest.mark.parametrize("is_mixed", [False, True], ids=["labels", "mixed"])
@pytest.mark.parametrize(
    ("settings", "theirs"),
    [
        ({}, nn.CrossEntropyLoss()),
        ({"label_smoothing": 0.1}, nn.CrossEntropyLoss(label_smoothing=0.1)),
        ({"weights": [0.5, 1.0, 3.0]}, nn.CrossEntropyLoss(torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64))),
    ],
    ids=["plain", "smoothed", "weighted"],
)
def test_cross_entropy_is_that_of_pytorch(settings: dict[str, Any], theirs: nn.Module, is_mixed: bool) -> None:
    logits, targets = batch(is_mixed)
    loss = losses.parse({"kind": "cross_entropy", **settings}).build(COUNTS, CPU)
    found = loss.mean(logits.float(), targets.float() if is_mixed else targets).item()
    assert found == pytest.approx(theirs(logits, targets).item(), rel=1e-6)


def test_mean_squared_error_is_that_of_pytorch_on_targets_of_plus_and_minus_one() -> None:
    logits, labels = batch(is_mixed=False)
    wanted = functional.mse_loss(logits, 2.0 * functional.one_hot(labels, 3) - 1)
    assert losses.parse({"kind": "mean_squared"}).build(COUNTS, CPU).mean(logits, labels).item() == wanted.item()


def test_mean_squared_error_of_mixed_targets_mixes_the_targets() -> None:
    logits, shares = batch(is_mixed=True)
    found = losses.parse({"kind": "mean_squared", "wrong": 0.0}).build(COUNTS, CPU).mean(logits, shares)
    assert found.item() == pytest.approx(functional.mse_loss(logits, shares).item(), rel=1e-12)


@pytest.mark.parametrize("is_mixed", [False, True], ids=["labels", "mixed"])
@pytest.mark.parametrize("described", KINDS, ids=str)
def test_loss_of_the_parts_adds_up_to_the_mean(described: dict[str, Any], is_mixed: bool) -> None:
    logits, targets = batch(is_mixed)
    logits, targets = logits.float(), targets.float() if is_mixed else targets
    loss = losses.parse(described).build(COUNTS, CPU)
    mass = loss.mass(targets)
    parts = zip(logits.tensor_split(5), targets.tensor_split(5), strict=True)
    total = sum(loss.total(some, truths) / mass for some, truths in parts)
    assert float(total) == pytest.approx(loss.mean(logits, targets).item(), rel=1e-6)


def test_balanced_weights_let_every_class_count_alike() -> None:
    weights = CrossEntropy(weighting="balanced").class_weights(COUNTS)
    assert [count * weight for count, weight in zip(COUNTS, weights, strict=True)] == pytest.approx([100 / 3] * 3)


@pytest.mark.parametrize("described", KINDS, ids=str)
def test_judging_leaves_out_what_only_training_needs(described: dict[str, Any]) -> None:
    logits, labels = batch(is_mixed=False)
    plain = losses.parse({"kind": described["kind"]}).build(COUNTS, CPU).mean(logits, labels)
    judged = losses.parse(described).judge()
    assert judged.total(logits, labels).item() / len(labels) == pytest.approx(plain.item(), rel=1e-6)


def test_class_weights_that_make_no_sense_are_refused() -> None:
    for weights in ([-1.0, 2.0], [0.0, 0.0]):
        with pytest.raises(ValueError, match="from 0 on"):
            TrainConfig(loss={"kind": "cross_entropy", "weights": weights})


@pytest.mark.parametrize("kind", losses.kinds())
def test_every_loss_setting_is_described(kind: str) -> None:
    for name, field in losses[kind].model_fields.items():
        assert name == "kind" or (field.title and field.description), name
