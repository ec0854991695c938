"""Can the network learn a single batch by heart? If not, it won't learn anything."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding, Fix

if TYPE_CHECKING:
    from torch import nn

    from cnnstudio.training.config import TrainConfig
    from cnnstudio.training.subject import Subject, TimeLimit

IMAGES, STEPS, LEAST_STEPS = 16, 80, 12
LEARNT, FALLING, EXPLODED = 0.1, 0.97, 8.0
SMALLER = (0.1, 0.01, 0.001)


@dataclass(frozen=True)
class Trial:
    """How the loss of one batch went when it was shown again and again."""

    losses: tuple[float, ...]

    @property
    def has_exploded(self) -> bool:
        """Did the loss become no number, or many times what it was, without coming back?"""
        if not all(math.isfinite(loss) for loss in self.losses):
            return True
        return max(self.losses) > EXPLODED * self.losses[0] and self.last > self.losses[0]

    @property
    def last(self) -> float:
        """The loss towards the end."""
        tail = self.losses[-3:]
        return sum(tail) / len(tail)

    @property
    def has_learnt(self) -> bool:
        """Is the loss nearly zero?"""
        return not self.has_exploded and self.last < LEARNT * self.losses[0]

    @property
    def is_falling(self) -> bool:
        """Has the loss at least begun to fall?"""
        return not self.has_exploded and self.last < FALLING * self.losses[0]


@checks.register
class OneBatch(Check):
    """A few images are shown again and again with the recipe's own optimiser, until the loss is nearly zero.

    Source: Karpathy 2019, "A recipe for training neural networks".
    """

    title: ClassVar[str] = "One batch learnt"
    kind: Literal["one_batch"] = "one_batch"
    order: ClassVar[int] = 60
    most_s: ClassVar[float] = 12.0

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        trial = learn_one_batch(subject, subject.config, limit.part(limit.left_s / 2))
        if trial.has_learnt:
            first, steps = trial.losses[0], len(trial.losses)
            yield self.note(f"One batch is learnt: loss {first:.2f} → {trial.last:.3f} in {steps} steps.")
        elif trial.has_exploded:
            yield self._too_fast(subject, trial, limit)
        elif not trial.is_falling and len(trial.losses) >= LEAST_STEPS:
            yield from self._stuck(subject, trial, limit)

    def _too_fast(self, subject: "Subject", trial: Trial, limit: "TimeLimit") -> Finding:
        config, rate = subject.config, subject.config.rate
        worst = max((loss for loss in trial.losses if math.isfinite(loss)), default=math.inf)
        text = f"At the rate {rate:g} the loss of a single batch blows up from {trial.losses[0]:.2f} to {worst:.3g}"
        if not math.isfinite(sum(trial.losses)):
            text += " and then is no number any more"
        for factor in SMALLER:
            if limit.is_up:
                break
            slower = with_rate(config, rate * factor)
            if learn_one_batch(subject, slower, limit.part(limit.left_s / 2)).is_falling:
                fix = Fix(f"Set the rate to {slower.optimizer.rate:g}", config=slower)
                return self.bad(f"{text}.", f"With {slower.optimizer.rate:g} it learns.", fix)
        slower = with_rate(config, rate / 10)
        return self.bad(f"{text}.", "Choose a smaller learning rate.", Fix(f"Set the rate to {rate / 10:g}", slower))

    def _stuck(self, subject: "Subject", trial: Trial, limit: "TimeLimit") -> Iterator[Finding]:
        """Is it the recipe or the network? Another optimiser tells."""
        from cnnstudio.training.other_beginnings import mending_beginning

        course = f"{trial.losses[0]:.2f} to {trial.last:.2f} in {len(trial.losses)} steps"
        text = f"A single batch isn't learnt: its loss went from {course}."
        adam = subject.config.replace(optimizer={"kind": "adam", "rate": 0.001})
        if learn_one_batch(subject, adam, limit).is_falling:
            yield self.warn(
                text,
                "With Adam at a rate of 0.001 it begins to learn: the rate may be too small or too large.",
                Fix("Use Adam", config=adam),
            )
        elif not limit.is_up:
            fix = mending_beginning(
                subject, limit, lambda net, config: learn_one_batch(subject, config, limit, net).is_falling
            )
            hint = "Adam can't learn it either: try He initialisation, batch normalisation, fewer layers."
            yield self.bad(text, hint, fix)


def with_rate(config: "TrainConfig", rate: float) -> "TrainConfig":
    """The recipe with another full learning rate, before any scaling with the batch."""
    rounded = float(f"{rate * config.optimizer.rate / config.rate:.3g}")
    return config.replace(optimizer=config.optimizer.replace(rate=rounded))


def learn_one_batch(
    subject: "Subject", config: "TrainConfig", limit: "TimeLimit", of: "nn.Module | None" = None
) -> Trial:
    """Show one batch again and again to a copy of the network, or of another one."""
    network = subject.copy(of)
    count = subject.affordable(max(0.2, limit.left_s / STEPS), IMAGES)
    images, labels = subject.images[:count], subject.safe_labels[:count]
    optimizer = subject.optimizer(network, config)
    losses: list[float] = []
    while len(losses) < STEPS and not limit.is_up:
        loss = subject.loss(network, images, labels)
        losses.append(float(loss.detach()))
        if not math.isfinite(losses[-1]) or losses[-1] < LEARNT * losses[0] / 2:
            break
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return Trial(tuple(losses))
