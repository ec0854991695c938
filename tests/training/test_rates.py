"""Schedules against torch.optim.lr_scheduler, step by step."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as torch_rates

from cnnstudio.training.config import TrainConfig
from cnnstudio.training.patience import Patience
from cnnstudio.training.rates import Rates, rate_factor, rate_points
from cnnstudio.training.recipe import schedules

STEPS, EPOCHS = 7, 12
TOTAL = STEPS * EPOCHS


def optimizer(rate: float = 0.3, kind: str = "sgd") -> torch.optim.Optimizer:
    parameters = [{"params": [torch.nn.Parameter(torch.zeros(2))], "factor": 1.0}]
    if kind == "adam":
        return torch.optim.Adam(parameters, lr=rate)
    return torch.optim.SGD(parameters, lr=rate, momentum=0.9)


def theirs(make: Callable[[Any], Any], per_epoch: bool = False) -> list[float]:
    """Rates that PyTorch's scheduler gives, step by step."""
    held = optimizer()
    scheduler, rates = make(held), []
    for step in range(TOTAL):
        rates.append(held.param_groups[0]["lr"])
        held.step()
        if not per_epoch or (step + 1) % STEPS == 0:
            scheduler.step()
    return rates


def ours(**recipe: Any) -> list[float]:
    config = TrainConfig(optimizer={"kind": "sgd", "rate": 0.3}, epochs=EPOCHS, **recipe)
    held, rates = optimizer(), Rates(config, STEPS)
    found = []
    for step in range(TOTAL):
        rates.set(held, step, Patience())
        found.append(held.param_groups[0]["lr"])
    return found


@pytest.mark.parametrize(
    ("recipe", "make", "per_epoch"),
    [
        ({"kind": "constant"}, lambda o: torch_rates.ConstantLR(o, factor=1.0), False),
        ({"kind": "step", "every": 4, "by": 0.2}, lambda o: torch_rates.StepLR(o, 4, 0.2), True),
        ({"kind": "multi_step", "at": [3, 8], "by": 0.1}, lambda o: torch_rates.MultiStepLR(o, [3, 8], 0.1), True),
        ({"kind": "exponential", "by": 0.8}, lambda o: torch_rates.ExponentialLR(o, 0.8 ** (1 / STEPS)), False),
        ({"kind": "cosine"}, lambda o: torch_rates.CosineAnnealingLR(o, TOTAL), False),
        ({"kind": "cosine", "floor": 0.1}, lambda o: torch_rates.CosineAnnealingLR(o, TOTAL, eta_min=0.03), False),
    ],
    ids=lambda value: value.get("kind") if isinstance(value, dict) else "",
)
def test_schedule_gives_the_rates_of_pytorch(recipe: dict[str, Any], make: Any, per_epoch: bool) -> None:
    largest = max(abs(a - b) for a, b in zip(ours(schedule=recipe), theirs(make, per_epoch), strict=True))
    assert largest < 1e-15 * 10


def test_one_cycle_gives_the_rates_and_momenta_of_pytorch() -> None:
    # PyTorch places the top on step 0.3·total − 1 and the end on the last step: its time runs from 0 to total − 1.
    config = TrainConfig(
        optimizer={"kind": "sgd", "rate": 0.3}, epochs=EPOCHS, schedule={"kind": "one_cycle", "rise": 0.5}
    )
    for kind in ("sgd", "adam"):
        held = optimizer(kind=kind)
        scheduler = torch_rates.OneCycleLR(held, 0.3, total_steps=TOTAL + 1, pct_start=0.5 + 0.5 / (TOTAL + 1))
        mine, rates = optimizer(kind=kind), Rates(config, STEPS)
        for step in range(TOTAL):
            rates.set(mine, step, Patience())
            group, own = held.param_groups[0], mine.param_groups[0]
            # torch ends at max / 25 / 1e4 = 4e-6 of it, as ours.
            assert own["lr"] == pytest.approx(group["lr"], abs=3e-3)
            key = "betas" if kind == "adam" else "momentum"
            their = group[key][0] if kind == "adam" else group[key]
            mine_now = own[key][0] if kind == "adam" else own[key]
            assert mine_now == pytest.approx(their, abs=2e-3)
            held.step()
            scheduler.step()


def test_one_cycle_starts_at_a_25th_peaks_at_the_rate_and_ends_near_nothing() -> None:
    found = ours(schedule={"kind": "one_cycle", "rise": 0.25})
    assert found[0] == pytest.approx(0.3 / 25)
    assert max(found) == found[TOTAL // 4] == pytest.approx(0.3)
    assert found[-1] < 0.3 * 0.002


def test_plateau_lowers_the_rate_when_pytorch_does() -> None:
    losses = [1.0, 0.9, 0.95, 0.91, 0.9, 0.5, 0.49999, 0.6, 0.5, 0.7, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
    held = optimizer()
    scheduler = torch_rates.ReduceLROnPlateau(held, factor=0.1, patience=2, threshold=1e-4, min_lr=0.3 * 1e-5)
    config = TrainConfig(optimizer={"kind": "sgd", "rate": 0.3}, schedule={"kind": "plateau", "patience": 2})
    mine, rates, plateau = optimizer(), Rates(config, 1), Patience()
    for epoch, loss in enumerate(losses):
        rates.set(mine, epoch, plateau)
        assert mine.param_groups[0]["lr"] == pytest.approx(held.param_groups[0]["lr"], rel=1e-12)
        scheduler.step(loss)
        config.schedule.note_epoch(loss, plateau)
    assert plateau.stalls == 4


def test_warm_up_rises_in_a_line_as_in_pytorch() -> None:
    def make(held: Any) -> Any:
        return torch_rates.LinearLR(held, start_factor=0.01, total_iters=3 * STEPS)

    largest = max(abs(a - b) for a, b in zip(ours(warmup=3), theirs(make), strict=True))
    assert largest < 1e-14


def test_cosine_after_warm_up_equals_both_in_sequence() -> None:
    def make(held: Any) -> Any:
        rise = torch_rates.LinearLR(held, start_factor=0.01, total_iters=2 * STEPS)
        fall = torch_rates.CosineAnnealingLR(held, TOTAL - 2 * STEPS)
        return torch_rates.SequentialLR(held, [rise, fall], [2 * STEPS])

    found, wanted = ours(warmup=2, schedule={"kind": "cosine"}), theirs(make)
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 1e-14


def test_rate_grows_with_the_batch_where_it_is_meant_for_another() -> None:
    config = TrainConfig(optimizer={"kind": "sgd", "rate": 0.1}, batch=128, rate_for_batch=32)
    assert config.rate == pytest.approx(0.4)
    assert config.replace(rate_for_batch=0).rate == 0.1


def test_layers_get_their_share_of_the_rate() -> None:
    held = optimizer()
    held.param_groups[0]["factor"] = 0.25
    Rates(TrainConfig(optimizer={"kind": "sgd", "rate": 0.4}), 10).set(held, 0, Patience())
    assert held.param_groups[0]["lr"] == pytest.approx(0.1)


def test_drawn_points_show_both_sides_of_a_step() -> None:
    config = TrainConfig(
        optimizer={"kind": "sgd", "rate": 0.1}, epochs=20, schedule={"kind": "multi_step", "at": [10, 15]}
    )
    times, rates = rate_points(config)
    drawn = dict(zip(times, rates, strict=True))
    assert drawn[9.99] == pytest.approx(0.1)
    assert drawn[10.0] == pytest.approx(0.01)
    assert drawn[15.0] == pytest.approx(0.001)
    assert times == sorted(times)
    assert len(times) < 500


@pytest.mark.parametrize("kind", schedules.kinds())
def test_every_schedule_stays_between_nothing_and_the_full_rate(kind: str) -> None:
    config = TrainConfig(epochs=EPOCHS, schedule={"kind": kind}, warmup=0 if kind == "one_cycle" else 2)
    factors = [rate_factor(config, step / STEPS) for step in range(TOTAL)]
    assert all(0 <= factor <= 1 for factor in factors)
    assert max(factors) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("kind", schedules.kinds())
def test_every_schedule_setting_is_described(kind: str) -> None:
    for name, field in schedules[kind].model_fields.items():
        assert name == "kind" or (field.title and field.description), name
