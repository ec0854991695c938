"""The same learning rate from the first step to the last."""

from typing import ClassVar, Literal

from cnnstudio.training.recipe import ScheduleSpec, schedules


@schedules.register
class Constant(ScheduleSpec):
    """Never changes the rate: simple, and enough to see whether a network learns."""

    title: ClassVar[str] = "Constant"
    kind: Literal["constant"] = "constant"

    def factor(self, epoch: float, begin: float, end: float) -> float:
        """Always 1."""
        return 1.0
