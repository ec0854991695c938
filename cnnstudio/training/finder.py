"""The learning-rate finder: which rate suits this network, data and optimiser? A copy is trained, nothing else moves.

The rate grows by a constant factor from step to step. At first nothing happens, then the loss falls, then it blows up;
a good rate lies a good way before the lowest point.

Source: Smith 2015, arXiv:1506.01186, section 3.3 (range test).
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnstudio.core.jobs import JobContext
from cnnstudio.training.checking import undisturbed
from cnnstudio.training.subject import TimeLimit

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 120
MEMORY = 0.9  # of the moving mean over the losses
WINDOWS = 6  # the test is divided into about as many windows, over each of which the losses are averaged
BLOWN_UP = 4.0  # times the lowest mean loss
SAFETY = 10.0  # the rate that is suggested lies this far below the lowest point
LEAST_FALL = 0.02  # of the first loss: less is noise, and says nothing
MOST_S = 60.0


@dataclass(frozen=True)
class RateTried:
    """One step of the range test: the rate, the batch's loss, and the moving mean of the losses."""

    rate: float
    loss: float
    smooth: float


@dataclass(frozen=True)
class RangeTest:
    """The whole curve; `suggestion` is None where the loss never fell."""

    tried: tuple[RateTried, ...]
    suggestion: float | None

    @property
    def text(self) -> str:
        """What came out, in a sentence."""
        if self.suggestion is None:
            return "The loss fell at no rate: something else is wrong. Run the checks."
        lowest = min(self.tried, key=lambda step: step.smooth)
        return f"The loss is lowest at a rate of {lowest.rate:.2g}; {self.suggestion:g} is a good start."


def find_rate(subject: "Subject", ctx: JobContext, steps: int = STEPS) -> RangeTest:
    """Train a copy with a growing rate; each step is told as a RateTried. Network and random numbers stay as they are.

    Raises:
        Cancelled: The user stopped it.
    """
    with undisturbed(subject):
        tried = _try_rates(subject, ctx, steps)
    return RangeTest(tried, suggested_rate(tried))


def suggested_rate(tried: tuple[RateTried, ...]) -> float | None:
    """Where the loss falls fastest, at most a tenth of where its moving mean is lowest; None if it never fell.

    A loss that is nearly zero moves nothing any more, so that even far too large rates seem harmless: the lowest
    point alone would mislead.
    """
    if not tried:
        return None
    lowest = int(np.argmin([step.smooth for step in tried]))
    losses = np.array([step.loss for step in tried])
    # The moving mean begins with single losses, and one unlucky batch would pass for the beginning of the fall.
    width = max(1, len(tried) // WINDOWS)
    if tried[lowest].smooth > (1 - LEAST_FALL) * np.median(losses[:width]):
        return None
    width = max(1, min(width, (lowest + 1) // 2))
    means = np.convolve(losses[: lowest + 1], np.ones(width) / width, "valid")
    steepest = int((means[width:] - means[:-width]).argmin()) + width - 1
    return float(f"{min(tried[steepest].rate, tried[lowest].rate / SAFETY):.1e}")


def _try_rates(subject: "Subject", ctx: JobContext, steps: int) -> tuple[RateTried, ...]:
    network, limit = subject.copy(), TimeLimit(ctx, MOST_S)
    optimizer = subject.optimizer(network)
    size = min(subject.config.batch, subject.affordable(MOST_S / steps, subject.config.batch))
    tried: list[RateTried] = []
    mean = 0.0
    for step in range(steps):
        rate = LOWEST * (HIGHEST / LOWEST) ** (step / (steps - 1))
        loss = _step(subject, network, optimizer, rate, _batch(step, size, len(subject.images)))
        if not math.isfinite(loss):
            break
        mean = MEMORY * mean + (1 - MEMORY) * loss
        tried.append(RateTried(rate, loss, mean / (1 - MEMORY ** (step + 1))))
        ctx.emit(tried[-1])
        ctx.progress(step + 1, steps, f"Trying the rate {rate:.1e}")
        if limit.is_up or tried[-1].smooth > BLOWN_UP * min(step.smooth for step in tried):
            break
    return tuple(tried)


def _batch(step: int, size: int, count: int) -> list[int]:
    """Positions of a step's images, round and round through the sample."""
    return [(step * size + i) % count for i in range(size)]


def _step(
    subject: "Subject", network: torch.nn.Module, optimizer: torch.optim.Optimizer, rate: float, chosen: list[int]
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("factor", 1.0)
    loss = subject.loss(network, subject.images[chosen], subject.safe_labels[chosen])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()
