"""Divide the learning rate at chosen epochs."""

import itertools
from typing import ClassVar, Literal

from pydantic import field_validator

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import ScheduleSpec, schedules


@schedules.register
class MultiStep(ScheduleSpec):
    """Lowers the rate after chosen epochs, as the ResNet paper does at a half and three quarters of the training."""

    title: ClassVar[str] = "Chosen steps"
    kind: Literal["multi_step"] = "multi_step"
    at: tuple[int, ...] = setting(
        (10, 15), title="After epochs", description="Epochs after which the rate is lowered, ascending.", unit="epochs"
    )
    by: float = setting(
        0.1,
        title="Times",
        description="What the rate is multiplied by at each step; 0.1 divides it by ten.",
        gt=0,
        le=1,
    )

    @field_validator("at")
    @classmethod
    def _ascend(cls, at: tuple[int, ...]) -> tuple[int, ...]:
        if not at or at[0] < 1 or any(later <= earlier for earlier, later in itertools.pairwise(at)):
            raise ValueError("name at least one epoch, from 1 on, each later than the one before")
        return at

    def factor(self, epoch: float, begin: float, end: float) -> float:
        """One power more after each milestone."""
        return self.by ** sum(epoch >= milestone for milestone in self.at)

    def problem(self, begin: float, end: float) -> str:
        """A step that is never reached."""
        if self.by == 1:
            return "The learning rate is multiplied by 1 at each step: it never changes."
        late = [milestone for milestone in self.at if milestone >= end]
        if late:
            return f"The learning rate steps after epoch {late[0]:,}, and the training ends after {end:g}."
        return ""

    def mended(self, end: float) -> "tuple[str, MultiStep]":
        """A tenth a step; or only the steps that are reached; or steps at a half and three quarters."""
        if self.by == 1:
            return "A tenth at each step", self.replace(by=0.1)
        reached = tuple(epoch for epoch in self.at if epoch < end)
        at = reached or tuple(sorted({max(1, int(end) // 2), max(1, 3 * int(end) // 4)}))
        return f"Step after {' and '.join(f'{epoch:,}' for epoch in at)}", self.replace(at=at)
