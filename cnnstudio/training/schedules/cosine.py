"""Let the learning rate fall along half a cosine."""

import math
from typing import ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import ScheduleSpec, schedules


@schedules.register
class Cosine(ScheduleSpec):
    """Falls slowly, then fast, then slowly to the end: it needs no milestones to be chosen.

    Source: Loshchilov and Hutter 2016, arXiv:1608.03983, eq. 5, without restarts.
    """

    title: ClassVar[str] = "Cosine"
    kind: Literal["cosine"] = "cosine"
    floor: float = setting(
        0.0, title="Down to", description="Share of the rate that is left at the very end.", ge=0, le=1, advanced=True
    )

    def factor(self, epoch: float, begin: float, end: float) -> float:
        """Half a cosine from the warm-up's end to the last epoch."""
        share = min(1.0, max(0.0, (epoch - begin) / max(1e-12, end - begin)))
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * share)) / 2

    def problem(self, begin: float, end: float) -> str:
        """It never falls."""
        return "The cosine goes down to the whole rate: it never changes." if self.floor == 1 else ""

    def mended(self, end: float) -> "tuple[str, Cosine]":
        """Down to nothing."""
        return "Down to 0", self.replace(floor=0.0)
