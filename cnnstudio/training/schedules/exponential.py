"""Let the learning rate decay by the same share each epoch."""

from typing import ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import ScheduleSpec, schedules


@schedules.register
class Exponential(ScheduleSpec):
    """Shrinks the rate smoothly, by the same share in each epoch after the warm-up."""

    title: ClassVar[str] = "Exponential"
    kind: Literal["exponential"] = "exponential"
    by: float = setting(
        0.95, title="Times, an epoch", description="Share of the rate that is left after each epoch.", gt=0, le=1
    )

    def factor(self, epoch: float, begin: float, end: float) -> float:
        """A power of the epochs since the warm-up."""
        return float(self.by ** max(0.0, epoch - begin))

    def problem(self, begin: float, end: float) -> str:
        """It never falls."""
        return "The learning rate is multiplied by 1 after each epoch: it never changes." if self.by == 1 else ""

    def mended(self, end: float) -> "tuple[str, Exponential]":
        """Down to a hundredth at the end."""
        by = round(0.01 ** (1 / max(1.0, end)), 3)
        return f"Times {by:g} an epoch", self.replace(by=by)
