"""The learning-rate finder: its suggestion learns, ten times more doesn't, and nothing is changed by asking."""

import importlib.util
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext
from cnnstudio.training.finder import RateTried, find_rate, suggested_rate

_spec = importlib.util.spec_from_file_location("faults", Path(__file__).with_name("test_preflight_faults.py"))
faults: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(faults)


@pytest.mark.parametrize(
    ("losses", "rate"),
    [((2.3, 2.2, 1.9, 0.5, 9.0), 1e-2), ((2.3, 1.0, 0.9, 0.8, 9.0), 1e-4), ((2.3, 2.3, 2.3, 2.2, 0.1), 1e-1)],
)
def test_suggestion_is_where_the_loss_falls_fastest(losses: tuple[float, ...], rate: float) -> None:
    curve = tuple(RateTried(10.0 ** (place - 4), loss, loss) for place, loss in enumerate(losses))
    assert suggested_rate(curve) == pytest.approx(rate)


def test_an_unlucky_first_batch_does_not_pass_for_the_beginning_of_the_fall() -> None:
    """Flat at ln 5 with noise up to a rate of 1e-3, then a steady fall to 0.5 at 0.1: that is where it learns."""
    rates = 10.0 ** np.linspace(-6, 0, 121)
    fall = np.clip((np.log10(rates) + 3) / 2, 0, 1) * (np.log(5) - 0.5) - 40 * np.clip(np.log10(rates) + 1, 0, 1) ** 2
    losses = np.log(5) - fall + np.random.default_rng(0).normal(0, 0.05, 121)
    losses[0] += 0.3
    means, mean = [], 0.0
    for step, loss in enumerate(losses):
        mean = 0.9 * mean + 0.1 * loss
        means.append(mean / (1 - 0.9 ** (step + 1)))
    found = suggested_rate(tuple(map(RateTried, rates.tolist(), losses.tolist(), means)))
    assert found is not None
    assert 1e-3 < found <= 2e-2


def test_an_unlucky_first_batch_alone_is_no_fall() -> None:
    losses = [2.6] + [1.6, 1.62] * 59 + [9.0]
    assert (
        suggested_rate(tuple(RateTried(10 ** (n / 20 - 6), loss, max(1.61, loss)) for n, loss in enumerate(losses)))
        is None
    )


def test_loss_that_never_falls_gives_no_suggestion() -> None:
    assert suggested_rate(tuple(RateTried(10.0**e, 2.3, 2.3) for e in range(-6, 1))) is None
    assert suggested_rate(()) is None


def test_rates_grow_by_a_constant_factor_and_are_told_one_by_one() -> None:
    told: list[Any] = []
    result = find_rate(faults.subject(), JobContext(told.append), steps=40)
    steps = [event for event in told if isinstance(event, RateTried)]
    assert tuple(steps) == result.tried
    factors = [b.rate / a.rate for a, b in itertools.pairwise(steps)]
    assert factors == pytest.approx([10 ** (7 / 39)] * len(factors))


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_suggested_rate_learns_the_images(kind: str) -> None:
    examined = faults.subject(config=faults.CONFIG.replace(optimizer={"kind": kind}))
    rate = find_rate(examined, JobContext()).suggestion
    assert rate is not None
    network = examined.copy()
    optimizer = examined.config.optimizer.replace(rate=rate).build(network.parameters())
    for step in range(60):
        chosen = [(16 * step + i) % 300 for i in range(16)]
        loss = torch.nn.functional.cross_entropy(network(examined.images[chosen]), examined.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.5 * math.log(3)


def test_finder_changes_neither_weights_nor_random_numbers() -> None:
    examined = faults.subject()
    before = {name: tensor.clone() for name, tensor in examined.network.state_dict().items()}
    torch.manual_seed(11)
    state = torch.random.get_rng_state()
    find_rate(examined, JobContext(), steps=30)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(before[name], tensor) for name, tensor in examined.network.state_dict().items())


def test_finder_can_be_cancelled() -> None:
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        find_rate(faults.subject(), ctx)
