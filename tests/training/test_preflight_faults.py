"""The checks before a training: each seeded fault is caught, a sound training is left alone, nothing is changed."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.network.compile import Network, compile_network
from cnnstudio.network.graph import NetworkGraph, Node
from cnnstudio.network.spec import layers
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.training.beginning import initialise
from cnnstudio.training.checking import checks, run_checks
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.findings import Finding, Level, PreflightDone
from cnnstudio.training.memory import forecast_memory
from cnnstudio.training.preflight import shuffled_labels
from cnnstudio.training.preflight.gradient_exact import gradient_errors
from cnnstudio.training.preflight.memory import MemoryCheck
from cnnstudio.training.preflight.one_batch import Trial
from cnnstudio.training.probe import probe_accuracy
from cnnstudio.training.subject import Subject, TimeLimit, subject_of

CPU = torch.device("cpu")
CONFIG = TrainConfig(batch=16, epochs=2, threads=1)
PREPROCESS = PreprocessSpec(side=16, channels=1, mean=(0.5,), std=(0.29,))


def dataset(count: int = 360, preprocess: PreprocessSpec = PREPROCESS) -> Dataset:
    """Noise from black to white with a bright band at the class's height."""
    draw = np.random.default_rng(0)
    labels = np.arange(count) % 3
    pixels = draw.integers(0, 256, (count, 1, 16, 16), dtype=np.uint8)
    for index, label in enumerate(labels):
        pixels[index, 0, 5 * label : 5 * label + 4] = 250
    return Dataset(
        spec=DataSpec(source=DigitsSource(), preprocess=preprocess),
        classes=("top", "middle", "bottom"),
        names=tuple(str(n) for n in range(count)),
        paths=(None,) * count,
        pixels=pixels,
        labels=labels,
        splits=np.array([0] * (count - 30) + [1] * 30, np.uint8),
        masks=None,
        problems=(),
        thumbnails=None,
    )


def graph() -> NetworkGraph:
    return fit_architecture("lenet5-modern", (1, 16, 16), 3)


def subject(
    data: Dataset | None = None,
    config: TrainConfig = CONFIG,
    net: NetworkGraph | None = None,
    spoil: Callable[[Network], None] = lambda network: None,
) -> Subject:
    net = net or graph()
    network = compile_network(net, seed=1)
    spoil(network)
    return subject_of(data or dataset(), net, config, network, CPU)


def examine(examined: Subject) -> PreflightDone:
    return run_checks(examined, JobContext())


class Cut(nn.Module):
    """A layer whose gradient goes nowhere."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x).detach()


def detach_second_convolution(network: Network) -> None:
    network._steps = [replace(s, module=Cut(s.module)) if s.node == "conv2" else s for s in network._steps]


def freeze(network: Network) -> None:
    network.requires_grad_(False)


@pytest.mark.slow
def test_sound_training_gets_figures_and_no_complaint() -> None:
    done = examine(subject())
    assert done.problems == ()
    told = {finding.check for finding in done.findings}
    assert {"first_loss", "gradient_exact", "one_batch", "shuffled_labels", "time", "memory", "labels"} <= told
    assert done.duration_s < 30


def test_frozen_network_is_caught() -> None:
    done = examine(subject(spoil=freeze))
    assert done.is_bad
    assert [finding.check for finding in done.problems] == ["trainable"]


def test_softmax_before_the_output_is_caught_and_the_fix_removes_it() -> None:
    sound = graph()
    end = sound.of_kind("output")[0].id
    edge = next(edge for edge in sound.edges if edge.target == end)
    twice = sound.insert_on_edge(edge, Node(id="probabilities", layer=layers.parse({"kind": "softmax"})))
    done = examine(subject(net=twice))
    finding = done.problems[0]
    assert (finding.check, finding.level) == ("softmax_twice", Level.BAD)
    assert finding.fix is not None
    assert finding.fix.graph is not None
    assert finding.fix.graph.of_kind("softmax") == ()
    assert examine(subject(net=finding.fix.graph)).problems == ()


@pytest.mark.parametrize("optimizer", [{"kind": "sgd", "rate": 50.0}, {"kind": "adam", "rate": 3.0}])
def test_rate_a_thousand_times_too_large_is_caught_and_the_fix_learns(optimizer: dict[str, Any]) -> None:
    done = examine(subject(config=CONFIG.replace(optimizer=optimizer)))
    finding = done.problems[0]
    assert (finding.check, finding.level) == ("one_batch", Level.BAD)
    assert finding.fix is not None
    assert finding.fix.config is not None
    assert finding.fix.config.optimizer.rate < optimizer["rate"] / 5
    assert not examine(subject(config=finding.fix.config)).is_bad


def test_labels_counted_from_one_are_caught() -> None:
    data = dataset()
    done = examine(subject(replace(data, labels=data.labels + 1)))
    assert done.is_bad
    assert "1 to 3" in done.problems[0].text
    assert "from 1 instead of 0" in done.problems[0].text


def test_labels_that_belong_to_other_pictures_are_caught() -> None:
    data = dataset()
    mixed = np.random.default_rng(3).permutation(data.labels)
    assert [finding.check for finding in examine(subject(replace(data, labels=mixed))).problems] == ["labels"]


def test_network_with_too_few_outputs_gets_a_fix_that_fits() -> None:
    data = replace(dataset(), classes=("top", "middle", "bottom", "never"))
    finding = examine(subject(data)).problems[0]
    assert finding.level is Level.BAD
    assert finding.fix is not None
    assert finding.fix.graph is not None
    assert compile_network(finding.fix.graph)(torch.zeros(1, 1, 16, 16)).shape == (1, 4)


@pytest.mark.parametrize(("std", "level"), [(1 / 255, Level.BAD), (1.0, Level.WARN)])
def test_inputs_that_are_not_normalised_are_caught(std: float, level: Level) -> None:
    data = dataset(preprocess=PREPROCESS.replace(mean=(0.0,), std=(std,)))
    finding = next(f for f in examine(subject(data)).problems if f.check == "input_scale")
    assert finding.level is level
    assert finding.fix is not None
    assert finding.fix.data is not None
    assert (finding.fix.data.preprocess.mean, finding.fix.data.preprocess.std) == (None, None)


def test_detached_branch_is_caught_with_the_layers_named() -> None:
    done = examine(subject(spoil=detach_second_convolution))
    assert done.is_bad
    assert done.problems[0].check == "gradients_reach"
    assert all(f"'{layer}'" in done.problems[0].text for layer in ("conv1", "conv2"))
    assert "'fc" not in done.problems[0].text


def test_weights_that_all_begin_at_zero_are_named_as_the_cause_with_a_fix_that_learns() -> None:
    def clear(network: Network) -> None:
        for parameter in network.parameters():
            nn.init.zeros_(parameter)

    silent = subject(config=CONFIG.replace(initialisation={"kind": "zero"}), spoil=clear)
    finding = next(f for f in examine(silent).findings if f.level is Level.BAD)
    assert "never change" in finding.text
    assert finding.hint.startswith("All weights begin at zero")
    assert finding.fix is not None
    assert finding.fix.config is not None
    assert all(finding.level is Level.NOTE for finding in examine(subject(config=finding.fix.config)).findings)


def test_weights_too_small_for_any_gradient_get_he_that_learns() -> None:
    def shrink(network: Network) -> None:
        for parameter in network.parameters():
            if parameter.ndim > 1:
                # Products of two such numbers lie below float32's smallest one.
                nn.init.constant_(parameter, 1e-30)

    small = {"kind": "small_normal", "deviation": 1e-30}
    done = examine(subject(config=CONFIG.replace(initialisation=small), spoil=shrink))
    finding = done.problems[0]
    assert (finding.check, finding.level) == ("gradients_reach", Level.BAD)
    assert finding.fix is not None
    assert finding.fix.config is not None
    assert finding.fix.config.initialisation.kind == "he"
    mended = subject(config=finding.fix.config)
    initialise(mended.network, mended.config)
    assert all(finding.level is Level.NOTE for finding in examine(mended).findings)


def test_large_first_weights_get_a_smaller_beginning_whose_first_loss_is_near_chance() -> None:
    def blow_up(network: Network) -> None:
        torch.manual_seed(0)
        for name, parameter in network.named_parameters():
            if name.endswith("weight"):
                nn.init.normal_(parameter, std=1.0)

    large = {"kind": "large_normal", "deviation": 1.0}
    done = examine(subject(config=CONFIG.replace(initialisation=large), spoil=blow_up))
    finding = done.problems[0]
    assert finding.check == "first_loss"
    assert finding.fix is not None
    assert finding.fix.config is not None
    mended = subject(config=finding.fix.config)
    initialise(mended.network, mended.config)
    with torch.no_grad():
        loss = nn.functional.cross_entropy(mended.network(mended.images), mended.labels)
    assert loss < math.log(3) + 3


def test_every_problem_has_something_to_click_even_where_only_a_look_helps() -> None:
    data = dataset()
    mixed = np.random.default_rng(3).permutation(data.labels)
    faults = [
        subject(spoil=freeze),
        subject(spoil=detach_second_convolution),
        subject(replace(data, labels=data.labels + 1)),
        subject(replace(data, labels=mixed)),
        subject(replace(data, pixels=np.full_like(data.pixels, 7))),
    ]
    pages = [[finding.fix.page if finding.fix else "nothing" for finding in examine(s).problems] for s in faults]
    assert pages == [["network"], ["network"], ["data"], ["data"], ["data", "data"]]


def test_a_batch_in_parts_needs_less_memory_and_more_parts_are_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = forecast_memory(graph(), CONFIG.optimizer, 256).total
    eighth = forecast_memory(graph(), CONFIG.optimizer, 32, copies=1).total
    assert eighth < whole / 3

    def found(parts: int, free: int) -> Finding:
        monkeypatch.setattr("cnnstudio.training.memory.free_bytes", lambda device: free)
        config = CONFIG.replace(batch=256, regularisation={"parts": parts})
        return next(MemoryCheck().look(subject(config=config), TimeLimit(JobContext(), 9)))

    room = int(eighth / 0.9) + 10_000
    assert found(8, room).level is Level.NOTE
    for parts in (1, 4):
        finding = found(parts, room)
        assert finding.level is Level.BAD
        assert finding.fix is not None
        assert finding.fix.config is not None
        mended = finding.fix.config
        assert (mended.batch, mended.regularisation.parts) == ((32, 1) if parts == 1 else (256, 8))


def test_gradient_that_does_not_belong_to_the_function_is_found_by_differences() -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            return 2 * x

        @staticmethod
        def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
            return 3 * grad

    class Twice(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return Wrong.apply(x)  # type: ignore[no-any-return]

    network = nn.Sequential(nn.Flatten(), nn.Linear(256, 8), Twice(), nn.Linear(8, 3))
    errors = gradient_errors(replace(subject(), network=network), TimeLimit(JobContext(), 5))
    assert errors["1"] == pytest.approx(1 / 3, abs=1e-3)
    assert errors["3"] < 1e-6


def test_leak_from_labels_to_unseen_images_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    # Labels that aren't shuffled are the plainest leak: the other half can be guessed.
    monkeypatch.setattr(shuffled_labels, "shuffled", lambda labels, seed: labels)
    assert "shuffled_labels" in {f.check for f in examine(subject()).problems if f.level is Level.BAD}


def test_examination_changes_neither_weights_nor_random_numbers_nor_threads() -> None:
    examined = subject(config=CONFIG.replace(threads=2))
    before = {name: tensor.clone() for name, tensor in examined.network.state_dict().items()}
    torch.manual_seed(7)
    state, threads, images = torch.random.get_rng_state(), torch.get_num_threads(), examined.images.clone()
    examine(examined)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert torch.equal(examined.images, images)
    after = examined.network.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert all(parameter.grad is None for parameter in examined.network.parameters())


def test_examination_can_be_cancelled() -> None:
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        run_checks(subject(), ctx)


def test_no_time_left_means_skipped_not_guessed() -> None:
    done = run_checks(subject(), JobContext(), total_s=0.0)
    assert done.findings == ()
    assert len(done.skipped) == len(checks.kinds())


def test_trial_is_judged_by_its_curve() -> None:
    assert Trial((2.3, 1.0, 0.1, 0.1, 0.1)).has_learnt
    assert Trial((2.3, 40.0, 30.0, 30.0, 30.0)).has_exploded
    assert Trial((2.3, math.nan)).has_exploded
    assert not Trial((2.3, 2.3, 2.3, 2.3)).is_falling


def test_probe_guesses_what_can_be_guessed_and_nothing_else() -> None:
    examined = subject()
    assert probe_accuracy(examined.images, examined.labels) > 0.9
    mixed = examined.labels[torch.randperm(len(examined.labels), generator=torch.Generator().manual_seed(1))]
    assert probe_accuracy(examined.images, mixed) < 0.5
