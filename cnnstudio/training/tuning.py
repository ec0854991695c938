"""Which way of computing is fastest on this machine, for this network? Measured in about two seconds, on copies.

A way has to be clearly faster than plain float32, in most rounds and by the median: otherwise the plain one stays.
"""

import copy
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext
from cnnstudio.training.candidates import base_plan, format_plans, has_compiler, has_wide_vectors, thread_plans
from cnnstudio.training.checking import undisturbed
from cnnstudio.training.compiling import compiled_plan, narrowed_plan
from cnnstudio.training.plan import Plan
from cnnstudio.training.subject import TimeLimit, synchronize

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject

BUDGET_S = 2.0
# Times faster at the median: for another layout or number of threads; for what gives the same result but for rounding;
# for shorter numbers, which are less exact; and for compiled code, which takes half a minute at the start.
CLEAR_GAIN, SLIGHT_GAIN, SHORT_GAIN, COMPILED_GAIN = 1.05, 1.01, 1.15, 1.1
SURE_ROUNDS = 0.75  # and faster at all in this share of the rounds
LEAST_ROUNDS, MOST_ROUNDS = 3, 40
# Compiling takes half a minute: a training of five minutes may lose a tenth by trying, and wins a third or nothing.
COMPILE_FROM_S = 300.0
# So long a training may also spend this on looking once more.
SECOND_LOOK_S = 2.0

Step = Callable[[], None]


def tune(subject: "Subject", ctx: JobContext, budget_s: float = BUDGET_S) -> Plan:
    """The fastest plan that the recipe allows, with what was measured in its `why`.

    Raises:
        Cancelled: The user stopped it.
    """
    # Compiling takes half a minute: formats are compared without it, whatever the recipe says.
    config, device = subject.config, subject.device
    base = base_plan(config, device).replace(compile=False)
    with undisturbed(subject), kept_switches():
        ctx.progress(0, 2, "Finding the fastest way to compute")
        formats = _fastest(subject, format_plans(base, config, device), ctx, budget_s * 0.55)
        ctx.progress(1, 2, "Finding the fastest way to compute")
        threads = _fastest(subject, thread_plans(formats.plan, config, device), ctx, budget_s * 0.25)
        fusings = [threads.plan, threads.plan.replace(fused=True)]
        fused = _fastest(subject, fusings, ctx, budget_s * 0.2, SLIGHT_GAIN)
        best, gain = fused.plan, formats.gain * threads.gain * fused.gain
        if _is_long(subject, fused.image_s):
            again = _looked_again(subject, fused, ctx)
            best, gain = again.plan, gain * again.gain
            if config.compile != "off" and has_compiler(device) and _is_long(subject, again.image_s):
                best, more = _compiled(subject, again, ctx)
                gain *= more
    best = best.replace(compile=best.compile or config.compile == "on")
    return best.replace(why=plan_text(best, base, gain))


def plan_text(plan: Plan, base: Plan, gain: float) -> str:
    """ "bf16 + channels_last: 1.8× faster", or that plain float32 is best."""
    parts: list[str] = [] if plan.precision == "fp32" else [plan.precision]
    parts += ["channels_last"] if plan.channels_last else []
    parts += ["TF32"] if plan.tf32 else []
    parts += ["fused optimiser"] if plan.fused else []
    parts += ["compiled" + (f" for {plan.vector_bits}-bit vectors" if plan.vector_bits else "")] if plan.compile else []
    if plan.threads != base.threads:
        parts.append(f"{plan.threads} thread{'s' if plan.threads > 1 else ''}")
    if not parts:
        return "float32: nothing else is clearly faster here"
    return f"{' + '.join(parts)}: {gain:.1f}× faster" if gain > 1 else " + ".join(parts)


def chosen(plans: Sequence[Plan], rounds: Sequence[Sequence[float]], clear: float = CLEAR_GAIN) -> tuple[Plan, float]:
    """The fastest plan and how many times faster than the first it is; the first one unless another is clearly faster.

    Args:
        rounds: Seconds of each plan in each round; a round's times were taken right after each other.
        clear: How many times faster is clearly faster.
    """
    best, gain = plans[0], 1.0
    for place, plan in enumerate(plans[1:], 1):
        ratios = [times[0] / times[place] for times in rounds]
        is_sure = sum(ratio > 1 for ratio in ratios) >= SURE_ROUNDS * len(ratios)
        faster = statistics.median(ratios)
        is_shorter = plan.precision != best.precision
        # Each further deviation from plain float32 has to earn its place against what was chosen before.
        if is_sure and faster > gain * (SHORT_GAIN if is_shorter else clear):
            best, gain = plan, faster
    return best, gain


@dataclass(frozen=True)
class Found:
    """The fastest of some plans, how many times faster than the first it is, and how long it takes for an image."""

    plan: Plan
    gain: float
    image_s: float


def _fastest(
    subject: "Subject", plans: list[Plan], ctx: JobContext, seconds: float, clear: float = CLEAR_GAIN
) -> Found:
    if len(plans) == 1:
        return Found(plans[0], 1.0, subject.image_s)
    limit = TimeLimit(ctx, seconds)
    # A warm-up and some rounds of each have to fit in.
    size = subject.affordable(seconds / len(plans) / (LEAST_ROUNDS + 1), subject.config.batch)
    steps: list[tuple[Plan, Step]] = []
    for plan in plans:
        step = _step_of(plan, subject, size)
        if _works(step):
            steps.append((plan, step))
        elif plan is plans[0]:
            return Found(plan, 1.0, subject.image_s)
    rounds: list[list[float]] = []
    while len(rounds) < MOST_ROUNDS and (len(rounds) < LEAST_ROUNDS or not limit.is_up):
        ctx.check()
        rounds.append([_seconds(step, subject.device) for _, step in steps])
    tried = [plan for plan, _ in steps]
    plan, gain = chosen(tried, rounds, clear)
    return Found(plan, gain, statistics.median(times[tried.index(plan)] for times in rounds) / size)


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
    scaler = plan.scaler(subject.device)

    def step() -> None:
        torch.set_num_threads(plan.threads or torch.get_num_threads())
        set_tf32(plan.tf32)
        with plan.autocast(subject.device):
            loss = subject.loss(network, images, labels)
        optimizer.zero_grad(set_to_none=True)
        if scaler is None:
            loss.backward()
            optimizer.step()
        else:
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()

    return step


def _compiled(subject: "Subject", found: Found, ctx: JobContext) -> tuple[Plan, float]:
    """The plan with compiled code if that is clearly faster, and how many times; otherwise the plan as it is, and 1.

    By hand it is compiled in any case, and only the vectors are tried.
    """
    compiled, gain = found.plan.replace(compile=True), 1.0
    if subject.config.compile == "auto":
        ctx.progress(1, 2, "Trying torch.compile: about half a minute, for faster steps in this long training")
        compiled, gain = compiled_plan(subject, found.plan, ctx)
        if gain <= COMPILED_GAIN:
            return found.plan, 1.0
    if not has_wide_vectors(compiled, subject.device) or not _is_long(subject, found.image_s / gain):
        return compiled, gain
    ctx.progress(1, 2, "Trying other code for the compiled steps: half a minute more")
    narrow, more = narrowed_plan(subject, compiled, ctx)
    return (narrow, gain * more) if more > CLEAR_GAIN else (compiled, gain)


def _looked_again(subject: "Subject", found: Found, ctx: JobContext) -> Found:
    """The plan beside the same with more threads: what else the machine did at the start may have hidden their gain."""
    known = thread_plans(found.plan, subject.config, subject.device)[1:]
    more = [plan for plan in known if plan.threads > found.plan.threads]
    # Without others there is nothing to measure, and an image takes as long as it was found to take.
    return _fastest(subject, [found.plan, *more], ctx, SECOND_LOOK_S) if more else replace(found, gain=1.0)


def _is_long(subject: "Subject", image_s: float) -> bool:
    """Does the training last long enough to win back the half minute that code takes to be made and tried?"""
    train, _ = subject.counts
    return train * subject.config.epochs * image_s > COMPILE_FROM_S


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
