"""Which way of computing is fastest on this machine, for this network? Measured in about two seconds, on copies.

A way has to be clearly faster than plain float32, in most rounds and by the median: otherwise the plain one stays.
"""

import copy
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext
from cnnstudio.training.candidates import base_plan, format_plans, further_plans, has_compiler
from cnnstudio.training.checking import undisturbed
from cnnstudio.training.plan import Plan
from cnnstudio.training.subject import TimeLimit, synchronize

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject

BUDGET_S = 2.0
CLEAR_GAIN, SURE_ROUNDS = 1.05, 0.75  # times faster at the median, and faster at all in this share of the rounds
LEAST_ROUNDS, MOST_ROUNDS = 3, 40
# Compiling costs half a minute and more: only a training that lasts can win it back.
COMPILE_FROM_S, COMPILE_LIMIT_S = 1800.0, 120.0

Step = Callable[[], None]


def tune(subject: "Subject", ctx: JobContext, budget_s: float = BUDGET_S) -> Plan:
    """The fastest plan that the recipe allows, with what was measured in its `why`.

    Raises:
        Cancelled: The user stopped it.
    """
    # Compiling takes half a minute: formats are compared without it, whatever the recipe says.
    base = base_plan(subject.config, subject.device).replace(compile=False)
    with undisturbed(subject), kept_switches():
        ctx.progress(0, 2, "Finding the fastest way to compute")
        best, gain = _fastest(subject, format_plans(base, subject.config, subject.device), ctx, budget_s * 0.65)
        ctx.progress(1, 2, "Finding the fastest way to compute")
        best, more = _fastest(subject, further_plans(best, subject.config, subject.device), ctx, budget_s * 0.35)
        gain *= more
        if subject.config.compile == "auto" and _may_compile(subject, gain):
            ctx.progress(1, 2, "Trying torch.compile")
            best, more = _fastest(subject, [best, best.replace(compile=True)], ctx, COMPILE_LIMIT_S)
            gain *= more
    best = best.replace(compile=best.compile or subject.config.compile == "on")
    return best.replace(why=plan_text(best, base, gain))


def plan_text(plan: Plan, base: Plan, gain: float) -> str:
    """ "bf16 + channels_last: 1.8× faster", or that plain float32 is best."""
    parts: list[str] = [] if plan.precision == "fp32" else [plan.precision]
    parts += ["channels_last"] if plan.channels_last else []
    parts += ["TF32"] if plan.tf32 else []
    parts += ["fused optimiser"] if plan.fused else []
    parts += ["compiled"] if plan.compile else []
    if plan.threads != base.threads:
        parts.append(f"{plan.threads} thread{'s' if plan.threads > 1 else ''}")
    if not parts:
        return "float32: nothing else is clearly faster here"
    return f"{' + '.join(parts)}: {gain:.1f}× faster" if gain > 1 else " + ".join(parts)


def chosen(plans: Sequence[Plan], rounds: Sequence[Sequence[float]]) -> tuple[Plan, float]:
    """The fastest plan and how many times faster than the first it is; the first one unless another is clearly faster.

    Args:
        rounds: Seconds of each plan in each round; a round's times were taken right after each other.
    """
    best, gain = plans[0], 1.0
    for place, plan in enumerate(plans[1:], 1):
        ratios = [times[0] / times[place] for times in rounds]
        is_sure = sum(ratio > 1 for ratio in ratios) >= SURE_ROUNDS * len(ratios)
        faster = statistics.median(ratios)
        # Each further deviation from plain float32 has to earn its place against what was chosen before.
        if is_sure and faster > gain * CLEAR_GAIN:
            best, gain = plan, faster
    return best, gain


def _fastest(subject: "Subject", plans: list[Plan], ctx: JobContext, seconds: float) -> tuple[Plan, float]:
    if len(plans) == 1:
        return plans[0], 1.0
    limit = TimeLimit(ctx, seconds)
    # A warm-up and some rounds of each have to fit in.
    size = subject.affordable(seconds / len(plans) / (LEAST_ROUNDS + 1), subject.config.batch)
    steps: list[tuple[Plan, Step]] = []
    for plan in plans:
        step = _step_of(plan, subject, size)
        if _works(step):
            steps.append((plan, step))
        elif plan is plans[0]:
            return plan, 1.0
    rounds: list[list[float]] = []
    while len(rounds) < MOST_ROUNDS and (len(rounds) < LEAST_ROUNDS or not limit.is_up):
        ctx.check()
        rounds.append([_seconds(step, subject.device) for _, step in steps])
    return chosen([plan for plan, _ in steps], rounds)


def _works(step: Step) -> bool:
    """Make the first step, whose start-up costs don't count; False if this device or network can't compute that way."""
    try:
        step()
    except Cancelled:
        raise
    except (RuntimeError, NotImplementedError, AssertionError, TypeError, ValueError):
        # A format or kernel that the device lacks is a way not to go, and no fault; torch raises all of these.
        return False
    return True


def _seconds(step: Step, device: torch.device) -> float:
    started_s = time.perf_counter()
    step()
    synchronize(device)
    return time.perf_counter() - started_s


def _step_of(plan: Plan, subject: "Subject", size: int) -> Step:
    """One step of training by this plan, on a copy of the network."""
    network = copy.deepcopy(subject.network).train()
    if plan.channels_last:
        network = network.to(memory_format=torch.channels_last)
    optimizer = subject.optimizer(network, plan=plan)
    images, labels = plan.place(subject.images[:size]), subject.safe_labels[:size]
    loss_fast, scaler = plan.fast(subject.loss), plan.scaler(subject.device)

    def step() -> None:
        torch.set_num_threads(plan.threads or torch.get_num_threads())
        set_tf32(plan.tf32)
        with plan.autocast(subject.device):
            loss = loss_fast(network, images, labels)
        optimizer.zero_grad(set_to_none=True)
        if scaler is None:
            loss.backward()
            optimizer.step()
        else:
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()

    return step


def _may_compile(subject: "Subject", gain: float) -> bool:
    """Is there a compiler, and does the training last long enough to win its time back?"""
    train, _ = subject.counts
    total_s = train * subject.config.epochs * subject.image_s / gain
    return total_s > COMPILE_FROM_S and has_compiler(subject.device)


def set_tf32(is_on: bool) -> None:
    """Let NVIDIA's matrix units round float32 to 19 bits, or not."""
    torch.backends.cuda.matmul.allow_tf32 = is_on
    torch.backends.cudnn.allow_tf32 = is_on


@contextmanager
def kept_switches() -> Iterator[None]:
    """A block after which torch's own switches are as before."""
    matmul, cudnn = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    benchmark = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = True
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = matmul, cudnn
        torch.backends.cudnn.benchmark = benchmark
