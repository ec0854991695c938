"""What the recipe adds to the loop, each against a plain torch loop or hand arithmetic."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.loader import Batches, random_key
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EpochDone, StepsDone
from cnnstudio.training.trainer import Trainer
from tests.training import toy

SGD = {"kind": "sgd", "rate": 0.05, "momentum": 0.9}
EPOCHS = 3


def plain_network() -> torch.nn.Module:
    """No dropout, no batch norm: parts of a batch add up exactly."""
    torch.manual_seed(5)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.Tanh(), torch.nn.Flatten(), torch.nn.Linear(144, 3))


def trained(folder: Path, network: torch.nn.Module | None = None, **recipe: Any) -> Trainer:
    folder.mkdir(exist_ok=True)
    config = TrainConfig(**{"optimizer": SGD, "batch": 16, "epochs": EPOCHS, "seed": 3, **recipe})
    train = Batches(*toy.images(50), toy.PREPROCESS, config.batch, config.seed)
    val = Batches(*toy.images(20), toy.PREPROCESS, 256)
    trainer = Trainer(network or plain_network(), train, val, config, torch.device("cpu"), folder / "checkpoints")
    trainer.events = []  # type: ignore[attr-defined]
    trainer.run(JobContext(), trainer.events.append)  # type: ignore[attr-defined]
    return trainer


def by_hand(make: Any, after: Any = lambda network, step: None, before: Any = lambda network: None) -> torch.nn.Module:
    """The same training as a plain loop."""
    network, (pixels, labels) = plain_network(), toy.images(50)
    optimizer, step = make(network.parameters()), 0
    for epoch in range(EPOCHS):
        order = torch.randperm(50, generator=torch.Generator().manual_seed(random_key(3, epoch)))
        for chosen in order.split(16):
            loss = functional.cross_entropy(network((pixels[chosen] / 255 - 0.5) / 0.25), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            before(network)
            optimizer.step()
            step += 1
            after(network, step)
    return network


def largest_difference(one: torch.nn.Module, other: torch.nn.Module) -> float:
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max((a - b).abs().max().item() for a, b in pairs)


@pytest.mark.parametrize(
    ("described", "make"),
    [
        (SGD, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
        ({**SGD, "nesterov": True}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
        ({"kind": "adagrad", "rate": 0.02}, lambda p: torch.optim.Adagrad(p, lr=0.02)),
        (
            {"kind": "rmsprop", "rate": 0.002, "momentum": 0.5, "centered": True},
            lambda p: torch.optim.RMSprop(p, lr=0.002, momentum=0.5, centered=True),
        ),
        ({"kind": "adam", "rate": 0.003, "beta1": 0.8}, lambda p: torch.optim.Adam(p, lr=0.003, betas=(0.8, 0.999))),
        (
            {"kind": "adamw", "rate": 0.003, "weight_decay": 0.1},
            lambda p: torch.optim.AdamW(p, lr=0.003, weight_decay=0.1),
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_optimiser_ends_where_a_plain_loop_ends(tmp_path: Path, described: Any, make: Any) -> None:
    assert largest_difference(trained(tmp_path, optimizer=described).network, by_hand(make)) == 0


@pytest.mark.parametrize("parts", [2, 3, 8])
def test_parts_of_a_batch_make_the_same_step(tmp_path: Path, parts: int) -> None:
    whole = trained(tmp_path / "a", optimizer={**SGD, "rate": 0.01})
    split = trained(tmp_path / "b", optimizer={**SGD, "rate": 0.01}, regularisation={"parts": parts})
    # Sums in another order round differently: 12 steps of float32.
    assert largest_difference(whole.network, split.network) < 1e-6


def test_parts_make_the_same_step_with_class_weights_and_smoothing(tmp_path: Path) -> None:
    loss = {"kind": "cross_entropy", "weights": [1, 2, 5], "label_smoothing": 0.1}
    whole = trained(tmp_path / "a", loss=loss)
    split = trained(tmp_path / "b", loss=loss, regularisation={"parts": 4})
    assert largest_difference(whole.network, split.network) < 1e-6


def test_clipping_shortens_gradients_as_pytorch_does(tmp_path: Path) -> None:
    ours = trained(tmp_path, regularisation={"clip_norm": 0.2, "clip_value": 0.03})

    def clip(network: torch.nn.Module) -> None:
        torch.nn.utils.clip_grad_value_(network.parameters(), 0.03)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 0.2)

    theirs = by_hand(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9), before=clip)
    assert largest_difference(ours.network, theirs) == 0


def test_average_is_the_exponential_mean_of_the_weights_and_is_what_is_judged(tmp_path: Path) -> None:
    ours = trained(tmp_path, regularisation={"average": 0.8})
    mean: list[torch.Tensor] = []

    def note(network: torch.nn.Module, step: int) -> None:
        now = [p.detach().double() for p in network.parameters()]
        mean[:] = [m * 0.8 + n * 0.2 for m, n in zip(mean, now, strict=True)] if mean else [n.clone() for n in now]

    by_hand(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9), after=note)
    pairs = zip(ours.judged.parameters(), mean, strict=True)
    assert max((a - b).abs().max().item() for a, b in pairs) < 1e-6
    pixels, labels = toy.images(20)
    with torch.no_grad():
        loss = functional.cross_entropy(ours.judged.eval()((pixels / 255 - 0.5) / 0.25), labels).item()
    epochs = [event for event in ours.events if isinstance(event, EpochDone)]  # type: ignore[attr-defined]
    assert epochs[-1].val_loss == pytest.approx(loss, rel=1e-5)


def test_decay_leaves_norms_and_biases_alone_where_it_should(tmp_path: Path) -> None:
    recipe = {"optimizer": {**SGD, "weight_decay": 0.1}, "regularisation": {"decays_all": False}}
    trainer = trained(tmp_path, toy.network(), **recipe)
    decays = {name: group["weight_decay"] for group in trainer.optimizer.param_groups for name in group["names"]}
    assert decays == {"0.weight": 0.1, "5.weight": 0.1, "0.bias": 0, "1.weight": 0, "1.bias": 0, "5.bias": 0}


def test_frozen_layers_stay_and_their_batch_norm_keeps_its_statistics(tmp_path: Path) -> None:
    network = toy.network()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    layers = [{"node": "0", "frozen": True}, {"node": "1", "frozen": True}]
    after = trained(tmp_path, network, layers=layers).network.state_dict()
    for name, tensor in before.items():
        assert torch.equal(tensor, after[name]) is not name.startswith("5."), name


def test_layer_with_a_tenth_of_the_rate_makes_a_tenth_of_the_step(tmp_path: Path) -> None:
    plain = {"optimizer": {"kind": "sgd", "rate": 0.1, "momentum": 0}, "epochs": 1, "batch": 50}
    start = plain_network().state_dict()
    whole = trained(tmp_path / "a", **plain).network.state_dict()
    slow = trained(tmp_path / "b", **plain, layers=[{"node": "0", "rate": 0.1}]).network.state_dict()
    assert torch.allclose(
        slow["0.weight"] - start["0.weight"], 0.1 * (whole["0.weight"] - start["0.weight"]), atol=1e-7
    )
    assert torch.equal(slow["3.weight"], whole["3.weight"])


def test_it_stops_early_after_epochs_without_a_lower_loss_and_says_so(tmp_path: Path) -> None:
    trainer = trained(tmp_path, optimizer={**SGD, "rate": 1e-12}, epochs=30, regularisation={"early_stop": 4})
    epochs = [event for event in trainer.events if isinstance(event, EpochDone)]  # type: ignore[attr-defined]
    losses = [epoch.val_loss for epoch in epochs]
    best = losses.index(min(losses))
    assert len(epochs) == best + 1 + 4 < 30
    assert "has not fallen for 4 epochs" in trainer.events[-1].text  # type: ignore[attr-defined]


def test_events_tell_the_learning_rate_and_how_long_steps_wait(tmp_path: Path) -> None:
    trainer = trained(tmp_path, schedule={"kind": "step", "every": 1, "by": 0.1})
    epochs = [event for event in trainer.events if isinstance(event, EpochDone)]  # type: ignore[attr-defined]
    assert [epoch.rate for epoch in epochs] == pytest.approx([0.05, 0.005, 0.0005])
    steps = [event for event in trainer.events if isinstance(event, StepsDone)]  # type: ignore[attr-defined]
    assert all(0 <= event.data_share <= 1 for event in steps)


def test_every_kth_checkpoint_stays(tmp_path: Path) -> None:
    trained(tmp_path, epochs=6, saving={"keep_every": 2})
    kept = sorted(path.name for path in (tmp_path / "checkpoints").glob("epoch-*"))
    assert kept == ["epoch-00002", "epoch-00004", "epoch-00006"]


def test_loss_of_lenets_time_learns_too(tmp_path: Path) -> None:
    recipe = {"optimizer": {"kind": "adam", "rate": 0.01}, "loss": {"kind": "mean_squared"}, "epochs": 25}
    trainer = trained(tmp_path, **recipe)
    epochs = [event for event in trainer.events if isinstance(event, EpochDone)]  # type: ignore[attr-defined]
    assert epochs[-1].val_top1 > 0.9
