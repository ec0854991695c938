"""Divide the learning rate every few epochs."""

import math
from typing import ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import ScheduleSpec, schedules


@schedules.register
class Step(ScheduleSpec):
    """Lowers the rate by the same factor every few epochs, counted from the start: the staircase of many papers."""

    title: ClassVar[str] = "Steps"
    kind: Literal["step"] = "step"
    every: int = setting(
        10, title="Every", description="Epochs between two steps of the staircase.", unit="epochs", ge=1, le=100_000
    )
    by: float = setting(
        0.1,
        title="Times",
        description="What the rate is multiplied by at each step; 0.1 divides it by ten.",
        gt=0,
        le=1,
    )

    def factor(self, epoch: float, begin: float, end: float) -> float:
        """One power more after each `every` epochs."""
        return self.by ** math.floor(epoch / self.every)

    def problem(self, begin: float, end: float) -> str:
        """It never steps."""
        if self.by == 1:
            return "The learning rate is multiplied by 1 at each step: it never changes."
        if self.every >= end:
            return f"The learning rate steps every {self.every:,} epochs, and the training ends after {end:g}."
        return ""

    def mended(self, end: float) -> "tuple[str, Step]":
        """Three stairs, or a tenth a step."""
        if self.by == 1:
            return "A tenth at each step", self.replace(by=0.1)
        every = max(1, int(end) // 3)
        return f"Step every {every:,} epoch{'s' if every > 1 else ''}", self.replace(every=every)
