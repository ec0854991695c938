"""Compiled training: the same numbers but for rounding, bit-equal resume, and layers that can still be looked at."""

import multiprocessing
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torch._inductor.config as inductor
from torch import nn

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.training import compiling
from cnnstudio.training.candidates import has_compiler
from cnnstudio.training.checkpoint import load_latest
from cnnstudio.training.compiling import compiled_plan, measured_gains, narrowed_plan
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import LayerHealth
from cnnstudio.training.fused_norm import FusedNorm
from cnnstudio.training.health import HealthObserver
from cnnstudio.training.observer import Observer
from cnnstudio.training.plan import Plan
from cnnstudio.training.trainer import Trainer
from tests.training import toy

CPU = torch.device("cpu")
CONFIG = TrainConfig(batch=16, epochs=2, seed=3)
COMPILED = Plan(compile=True, threads=1)
needs_compiler = pytest.mark.skipif(not has_compiler(CPU), reason="no C++ compiler")


def trainer(folder: Path, plan: Plan, observers: tuple[Observer, ...] = ()) -> Trainer:
    made = toy.trainer(folder, CONFIG)
    return Trainer(made.network, made._train, made._val, CONFIG, CPU, folder, plan=plan, observers=observers)


class FirstStatistics(Observer):
    """Keeps what batch normalisation saw in the first step."""

    mean = torch.zeros(0)

    def on_update(self, trainer: Trainer) -> None:
        if trainer.position.step == 1:
            self.mean = trainer.network.state_dict()["1.running_mean"].clone()


class StopAt(JobContext):
    """A user who stops in the middle of the second epoch."""

    asked = 0

    @property
    def is_cancel_requested(self) -> bool:
        self.asked += 1
        return self.asked > 6


@pytest.mark.slow
@needs_compiler
@pytest.mark.timeout(240)
def test_compiled_training_differs_by_rounding_only_resumes_exactly_and_shows_its_layers(tmp_path: Path) -> None:
    events: list[Any] = []
    seen = FirstStatistics(), FirstStatistics()
    whole = trainer(tmp_path / "whole", COMPILED, (HealthObserver(share=1.0), seen[0]))
    whole.run(JobContext(), events.append)
    compiled = whole.network.state_dict()
    trainer(tmp_path / "plain", Plan(threads=1), (seen[1],)).run(JobContext(), lambda event: None)
    # Dropout draws other units in compiled code: what lies before it is the same.
    assert torch.allclose(seen[0].mean, seen[1].mean, rtol=1e-5, atol=1e-6)
    rows = [row for event in events if isinstance(event, LayerHealth) for row in event.rows]
    assert rows
    assert all(row.mean is not None and row.spread is not None for row in rows)

    stopped = trainer(tmp_path / "stopped", COMPILED)
    stopped.run(StopAt(), lambda event: None)
    assert 4 < stopped.position.step < whole.position.step
    resumed = trainer(tmp_path / "stopped", COMPILED)
    latest = load_latest(tmp_path / "stopped")
    assert latest is not None
    resumed.restore(latest, None)
    resumed.run(JobContext(), lambda event: None)
    assert all(torch.equal(tensor, compiled[name]) for name, tensor in resumed.network.state_dict().items())


def subject(**changes: Any) -> Any:
    class Subject:
        graph = fit_architecture("lenet5", (1, 32, 32), 10)
        config = TrainConfig(batch=16)
        images = torch.zeros(2, 1, 32, 32)
        classes = tuple("0123456789")
        device = CPU

    for name, value in changes.items():
        setattr(Subject, name, value)
    return Subject()


def test_trial_can_be_cancelled_and_leaves_no_process() -> None:
    ctx = JobContext()
    threading.Timer(0.5, ctx.cancel).start()
    with pytest.raises(Cancelled):
        compiled_plan(subject(), Plan(threads=1), ctx)
    assert not [child for child in multiprocessing.active_children() if child.is_alive()]


def test_compiler_that_takes_too_long_is_no_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "LIMIT_S", 0.2)
    assert compiled_plan(subject(), Plan(threads=1), JobContext()) == (Plan(threads=1), 0.0)


def test_compiler_that_fails_is_no_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fast(plan: Plan, function: Any) -> Any:
        def broken(images: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("no compiler")

        return broken if plan.compile else function

    monkeypatch.setattr(Plan, "fast", fast)
    graph, config = subject().graph.to_json(), TrainConfig(batch=4).to_json()
    plans = [Plan(threads=1).to_json(), Plan(threads=1, fused=True).to_json(), COMPILED.to_json()]
    gains = measured_gains(graph, config, plans, (1, 32, 32), 10, "cpu")
    assert gains[0] > 0.0
    assert gains[1] == 0.0


def test_faster_of_two_layouts_is_taken_where_the_recipe_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[list[Any]] = []

    def answer(function: Any, graph: Any, config: Any, plans: list[Any], *rest: Any, **limits: Any) -> list[float]:
        tried.append(plans)
        return [1.2, 1.4][: len(plans) - 1]

    monkeypatch.setattr(compiling, "run_in_child", answer)
    plain = Plan(threads=1)
    assert compiled_plan(subject(), plain, JobContext()) == (plain.replace(compile=True, channels_last=True), 1.4)
    fixed = subject(config=TrainConfig(channels_last="off"))
    assert compiled_plan(fixed, plain, JobContext()) == (plain.replace(compile=True), 1.2)
    assert [len(plans) for plans in tried] == [3, 2]


def test_shorter_vectors_are_measured_against_the_compiled_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def answer(function: Any, graph: Any, config: Any, plans: list[Any], *rest: Any, **limits: Any) -> list[float]:
        tried.extend(plans)
        return [1.1]

    monkeypatch.setattr(compiling, "run_in_child", answer)
    narrow = COMPILED.replace(vector_bits=256)
    assert narrowed_plan(subject(), COMPILED, JobContext()) == (narrow, 1.1)
    assert tried == [COMPILED.to_json(), narrow.to_json()]


@pytest.mark.parametrize(("bits", "options"), [(0, None), (256, {"cpp.simdlen": 256})])
def test_compiler_is_told_how_wide_vectors_may_be(
    monkeypatch: pytest.MonkeyPatch, bits: int, options: dict[str, int] | None
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(torch, "compile", lambda function, **how: told.append(how) or function)
    COMPILED.replace(vector_bits=bits).fast(len)
    assert told == [{"dynamic": False, "options": options}]
    # The name has to be one that the compiler knows.
    assert hasattr(inductor.cpp, "simdlen")


def test_norms_are_made_ready_where_a_processor_compiles() -> None:
    for plan, kind in ((Plan(), nn.BatchNorm2d), (COMPILED, FusedNorm)):
        assert type(plan.apply(nn.Sequential(nn.BatchNorm2d(3)), CPU)[0]) is kind


def test_only_whole_batches_are_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sizes: list[int] = []

    def fast(plan: Plan, function: Any) -> Any:
        def noted(images: torch.Tensor) -> Any:
            sizes.append(len(images))
            return function(images)

        return noted

    monkeypatch.setattr(Plan, "fast", fast)
    made = toy.trainer(tmp_path, CONFIG.replace(epochs=1), count=50)
    made.run(JobContext(), lambda event: None)
    assert sizes == [16, 16, 16]
    assert made.position.step == 4


def test_share_of_a_full_batch_is_known_to_each_process() -> None:
    made = toy.trainer(Path("unused"), CONFIG)._train
    shares = [replace(made, share=share, shares=3).share_size for share in range(3)]
    parts = torch.arange(16).tensor_split(3)
    assert shares == [len(part) for part in parts]
