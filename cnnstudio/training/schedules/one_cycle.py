"""Raise the learning rate, then let it fall to nearly nothing."""

import math
from typing import ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import ScheduleSpec, schedules


@schedules.register
class OneCycle(ScheduleSpec):
    """Up to the learning rate in the first part, down far below its start in the rest: fast training in few epochs.

    Source: Smith and Topin 2017, arXiv:1708.07120, with cosines for lines as in torch.optim.lr_scheduler.OneCycleLR.
    """

    title: ClassVar[str] = "One cycle"
    kind: Literal["one_cycle"] = "one_cycle"
    rise: float = setting(
        0.3, title="Rising part", description="Share of the training in which the rate rises.", gt=0, le=0.9
    )
    start: float = setting(
        0.04,
        title="From",
        description="Share of the learning rate with which it starts.",
        gt=0,
        le=1,
        advanced=True,
    )
    final: float = setting(
        4e-6,
        title="Down to",
        description="Share of the learning rate with which it ends.",
        ge=0,
        le=1,
        advanced=True,
    )
    cycles_momentum: bool = setting(
        True,
        title="Momentum too",
        description="Let momentum (Adam: beta 1) fall from 0.95 to 0.85 while the rate rises, and rise as it falls.",
        advanced=True,
    )

    def factor(self, epoch: float, begin: float, end: float) -> float:
        """Half a cosine up, half a cosine down; the warm-up is its own."""
        return self._between(epoch, end, self.start, 1.0, self.final)

    def momentum(self, epoch: float, end: float) -> float | None:
        """Low where the rate is high."""
        return self._between(epoch, end, 0.95, 0.85, 0.95) if self.cycles_momentum else None

    def problem(self, begin: float, end: float) -> str:
        """A second warm-up."""
        return "One cycle has a warm-up of its own." if begin > 0 else ""

    def _between(self, epoch: float, end: float, first: float, top: float, last: float) -> float:
        share = min(1.0, max(0.0, epoch / max(1e-12, end)))
        if share <= self.rise:
            return _cosine(first, top, share / self.rise)
        return _cosine(top, last, (share - self.rise) / (1 - self.rise))


def _cosine(first: float, last: float, share: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2
