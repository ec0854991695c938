"""The learning rate at every moment: warm-up and schedule as a function of time, to be drawn and to be followed."""

from typing import TYPE_CHECKING

from cnnstudio.training.config import TrainConfig
from cnnstudio.training.patience import Patience

if TYPE_CHECKING:
    import torch


def rate_factor(config: TrainConfig, epoch: float) -> float:
    """What the full learning rate is multiplied by at a time in epochs, but for stalls (schedules/plateau.py)."""
    begin, end = config.warmup, float(config.epochs)
    if epoch < begin:
        target = config.schedule.factor(begin, begin, end)
        return target * (config.warmup_from + (1 - config.warmup_from) * epoch / begin)
    return config.schedule.factor(epoch, begin, end)


def rate_points(config: TrainConfig, steps_per_epoch: int = 100, most: int = 400) -> tuple[list[float], list[float]]:
    """Times in epochs and learning rates, for drawing before the start; steps of a staircase stay upright."""
    steps = config.epochs * steps_per_epoch
    stride = max(1, steps // most)
    chosen = sorted({*range(0, steps, stride), *_edges(config, steps_per_epoch, steps)})
    times = [step / steps_per_epoch for step in chosen]
    return times, [config.rate * rate_factor(config, time) for time in times]


def _edges(config: TrainConfig, steps_per_epoch: int, steps: int) -> set[int]:
    """The steps before and after each change between two whole epochs, and the last step."""
    edges = {steps - 1}
    if config.epochs > 10_000:
        return edges
    for epoch in range(1, config.epochs):
        first = epoch * steps_per_epoch
        before, after = (rate_factor(config, step / steps_per_epoch) for step in (first - 1, first))
        if abs(after - before) > 0.02 * max(after, before):
            edges |= {first - 1, first}
    return edges


class Rates:
    """Sets the optimiser's learning rates, step by step.

    Attributes:
        now: The rate of the newest step.
    """

    def __init__(self, config: TrainConfig, steps_per_epoch: int) -> None:
        self.now = 0.0
        self._config, self._steps_per_epoch = config, steps_per_epoch

    def set(self, optimizer: "torch.optim.Optimizer", step: int, plateau: Patience) -> None:
        """Give each group its share of the rate of a step (from 0)."""
        config, epoch = self._config, step / self._steps_per_epoch
        self.now = config.rate * rate_factor(config, epoch) * config.schedule.after(plateau)
        momentum = config.schedule.momentum(epoch, config.epochs)
        for group in optimizer.param_groups:
            group["lr"] = self.now * group["factor"]
            if momentum is not None and "betas" in group:
                group["betas"] = (momentum, group["betas"][1])
            elif momentum is not None and "momentum" in group:
                group["momentum"] = momentum
