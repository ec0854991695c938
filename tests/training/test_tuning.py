"""Speed tuning: the choice needs a clear gain, what is fixed by hand stays, and nothing is changed by measuring."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext
from cnnstudio.training import candidates, tuning
from cnnstudio.training.candidates import base_plan, format_plans, has_wide_vectors, thread_plans
from cnnstudio.training.plan import Plan
from cnnstudio.training.tuning import chosen, plan_text, tune

_spec = importlib.util.spec_from_file_location("faults", Path(__file__).with_name("test_preflight_faults.py"))
faults: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(faults)

CPU = torch.device("cpu")
PLAIN, LAST, SHORT = Plan(), Plan(channels_last=True), Plan(precision="bf16")


@pytest.mark.parametrize(
    ("rounds", "plan", "gain"),
    [
        ([[1.0, 0.97, 0.98]] * 8, PLAIN, 1.0),
        ([[1.0, 0.8, 0.5]] * 8, SHORT, 2.0),
        ([[1.0, 0.8, 0.78]] * 8, LAST, 1.25),
        ([[1.0, 0.5, 2.0], [1.0, 1.1, 2.0], [1.0, 1.1, 2.0]], PLAIN, 1.0),
        ([[1.0, 1.2, 1.4]] * 8, PLAIN, 1.0),
        ([[1.0, 1.0, 0.9]] * 8, PLAIN, 1.0),  # shorter numbers for a tenth: not worth it
    ],
)
def test_only_what_is_clearly_and_mostly_faster_is_chosen(rounds: list[list[float]], plan: Plan, gain: float) -> None:
    assert chosen([PLAIN, LAST, SHORT], rounds) == (plan, pytest.approx(gain))


def test_choice_is_told_in_words() -> None:
    plan = Plan(precision="bf16", channels_last=True)
    assert plan_text(plan, PLAIN, 1.834) == "bf16 + channels_last: 1.8× faster"
    assert plan_text(PLAIN, PLAIN, 1.0) == "float32: nothing else is clearly faster here"
    assert plan_text(Plan(threads=1), Plan(threads=4), 1.2) == "1 thread: 1.2× faster"


def test_what_the_recipe_fixes_is_not_tried_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "short_format", lambda device: "bf16")
    fixed = faults.CONFIG.replace(precision="fp32", channels_last="off", threads=3)
    base = base_plan(fixed, CPU)
    assert format_plans(base, fixed, CPU) == [Plan(threads=3)]
    assert {plan.threads for plan in thread_plans(base, fixed, CPU)} == {3}
    by_hand = faults.CONFIG.replace(precision="bf16", channels_last="on", compile="on")
    assert format_plans(base_plan(by_hand, CPU), by_hand, CPU) == [
        Plan(precision="bf16", channels_last=True, compile=True, threads=1)
    ]


def test_short_numbers_are_tried_where_the_device_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    config = faults.CONFIG.replace(threads=0)
    for short, formats in (("bf16", {"fp32", "bf16"}), (None, {"fp32"})):
        monkeypatch.setattr(candidates, "short_format", lambda device, short=short: short)
        plans = format_plans(base_plan(config, CPU), config, CPU)
        assert {plan.precision for plan in plans} == formats
        assert {plan.channels_last for plan in plans} == {True, False}
        assert plans[0] == base_plan(config, CPU)


def test_tuning_picks_the_fast_way_and_says_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = {False: 0.004, True: 0.001}

    def seconds(step: Any, device: torch.device) -> float:
        step()
        return costs[bool(step.__closure__ and _plan_of(step).channels_last)]

    monkeypatch.setattr(tuning, "_seconds", seconds)
    monkeypatch.setattr(candidates, "short_format", lambda device: None)
    plan = tune(faults.subject(), JobContext(), budget_s=0.2)
    assert plan.channels_last
    assert plan.why == "channels_last: 4.0× faster"


def _plan_of(step: Any) -> Plan:
    """The plan that a step was made for: one of the variables that it closes over."""
    return next(cell.cell_contents for cell in step.__closure__ if isinstance(cell.cell_contents, Plan))


def test_way_that_the_device_can_not_go_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Plan.autocast

    def autocast(plan: Plan, device: torch.device) -> Any:
        if plan.precision != "fp32":
            raise RuntimeError("no such kernel")
        return real(plan, device)

    monkeypatch.setattr(Plan, "autocast", autocast)
    monkeypatch.setattr(candidates, "short_format", lambda device: "bf16")
    assert tune(faults.subject(), JobContext(), budget_s=0.1).precision == "fp32"


def test_tuning_changes_neither_weights_nor_random_numbers_nor_switches() -> None:
    examined = faults.subject()
    before = {name: tensor.clone() for name, tensor in examined.network.state_dict().items()}
    torch.manual_seed(5)
    state, threads = torch.random.get_rng_state(), torch.get_num_threads()
    switches = (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark)
    tune(examined, JobContext(), budget_s=0.2)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert switches == (
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cudnn.benchmark,
    )
    assert all(torch.equal(before[name], tensor) for name, tensor in examined.network.state_dict().items())


def test_compiling_by_hand_is_kept_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def fast(plan: Plan, function: Any) -> Any:
        assert not plan.compile
        return function

    monkeypatch.setattr(Plan, "fast", fast)
    plan = tune(faults.subject(config=faults.CONFIG.replace(compile="on")), JobContext(), budget_s=0.1)
    assert plan.compile
    assert "compiled" in plan.why


@pytest.mark.parametrize(("gain", "is_compiled"), [(1.5, True), (1.05, False), (0.0, False)])
def test_compiling_has_to_win_back_its_half_minute(
    monkeypatch: pytest.MonkeyPatch, gain: float, is_compiled: bool
) -> None:
    monkeypatch.setattr(tuning, "compiled_plan", lambda subject, plan, ctx: (plan.replace(compile=True), gain))
    monkeypatch.setattr(tuning, "has_compiler", lambda device: True)
    short = tune(faults.subject(), JobContext(), budget_s=0.1)
    assert not short.compile  # a training of seconds
    monkeypatch.setattr(tuning, "COMPILE_FROM_S", 0.0)
    long = tune(faults.subject(), JobContext(), budget_s=0.1)
    assert long.compile is is_compiled


def test_more_threads_are_looked_at_once_more_for_a_long_training(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[list[int]] = []

    def fastest(subject: Any, plans: list[Plan], ctx: JobContext, seconds: float, clear: float = 1.05) -> tuning.Found:
        looks.append([plan.threads for plan in plans])
        is_again = seconds == tuning.SECOND_LOOK_S
        return tuning.Found(plans[-1] if is_again else plans[0], 1.8 if is_again else 1.0, subject.image_s)

    monkeypatch.setattr(tuning, "_fastest", fastest)
    monkeypatch.setattr(candidates, "usable_cores", lambda: 2)
    monkeypatch.setattr(tuning, "has_compiler", lambda device: False)
    config = faults.CONFIG.replace(threads=0)
    assert tune(faults.subject(config=config), JobContext()).threads == 1
    monkeypatch.setattr(tuning, "COMPILE_FROM_S", 0.0)
    plan = tune(faults.subject(config=config), JobContext())
    assert looks[-1] == [1, 2]
    assert plan.threads == 2
    assert plan.why == "2 threads: 1.8× faster"
    count = len(looks)
    tune(faults.subject(config=config.replace(threads=1)), JobContext())
    assert looks[count:] == [[1, 1, 1, 1], [1], [1, 1]]  # formats, threads, fused updates: no second look


@pytest.mark.parametrize(("gain", "bits"), [(1.12, 256), (1.02, 0), (0.0, 0)])
def test_shorter_vectors_are_tried_for_compiled_short_numbers_and_have_to_pay(
    monkeypatch: pytest.MonkeyPatch, gain: float, bits: int
) -> None:
    tried: list[Plan] = []

    def narrowed(subject: Any, plan: Plan, ctx: JobContext) -> tuple[Plan, float]:
        tried.append(plan)
        return plan.replace(vector_bits=256), gain

    monkeypatch.setattr(tuning, "compiled_plan", lambda subject, plan, ctx: (plan.replace(compile=True), 1.5))
    monkeypatch.setattr(tuning, "narrowed_plan", narrowed)
    monkeypatch.setattr(tuning, "has_compiler", lambda device: True)
    monkeypatch.setattr(tuning, "COMPILE_FROM_S", 0.0)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    short = tune(faults.subject(config=faults.CONFIG.replace(precision="bf16")), JobContext(), budget_s=0.1)
    assert short.vector_bits == bits
    assert ("compiled for 256-bit vectors" in short.why) is bool(bits)
    by_hand = faults.CONFIG.replace(precision="bf16", compile="on")
    assert tune(faults.subject(config=by_hand), JobContext(), budget_s=0.1).vector_bits == bits
    monkeypatch.setattr(tuning, "CLEAR_GAIN", 1.0)
    plain = tune(faults.subject(config=faults.CONFIG.replace(precision="fp32")), JobContext(), budget_s=0.1)
    assert plain.compile
    assert len(tried) == 2
    assert all(plan.compile for plan in tried)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    assert not has_wide_vectors(Plan(precision="bf16"), CPU)


def test_all_cores_are_tried_where_the_recipe_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "usable_cores", lambda: 8)
    plans = thread_plans(Plan(threads=7), faults.CONFIG.replace(threads=0), CPU)
    assert [plan.threads for plan in plans] == [7, 8, 3, 1]


def test_what_gives_the_same_result_needs_less_of_a_gain() -> None:
    rounds = [[1.0, 0.97]] * 8
    fused = PLAIN.replace(fused=True)
    assert chosen([PLAIN, fused], rounds) == (PLAIN, 1.0)
    assert chosen([PLAIN, fused], rounds, tuning.SLIGHT_GAIN) == (fused, pytest.approx(1 / 0.97))


def test_tuning_can_be_cancelled() -> None:
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        tune(faults.subject(), ctx)
