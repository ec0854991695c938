"""Divide the learning rate whenever the validation loss stalls."""

from typing import ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.patience import Patience
from cnnstudio.training.recipe import ScheduleSpec, schedules


@schedules.register
class Plateau(ScheduleSpec):
    """Waits until the validation loss stops falling, then lowers the rate: what AlexNet's authors did by hand.

    The steps depend on what training brings, so they can't be drawn before. As torch's ReduceLROnPlateau.
    """

    title: ClassVar[str] = "When it stalls"
    kind: Literal["plateau"] = "plateau"
    by: float = setting(
        0.1, title="Times", description="What the rate is multiplied by at a stall; 0.1: a tenth.", gt=0, le=0.999
    )
    patience: int = setting(
        5,
        title="Patience",
        description="Epochs without a better validation loss that are put up with before the rate is lowered.",
        unit="epochs",
        ge=0,
        le=100_000,
    )
    least: float = setting(
        1e-4,
        title="Must fall by",
        description="Share by which the validation loss must fall to count as better.",
        ge=0,
        le=0.5,
        advanced=True,
    )
    floor: float = setting(
        1e-5, title="Down to", description="Share of the rate below which it is not lowered.", ge=0, le=1, advanced=True
    )

    def factor(self, epoch: float, begin: float, end: float) -> float:
        """1: stalls lower it beside the schedule (`after`)."""
        return 1.0

    def note_epoch(self, loss: float, plateau: Patience) -> None:
        """Count it; one epoch more than the patience is a stall."""
        plateau.note(loss, self.patience, self.least)

    def after(self, plateau: Patience) -> float:
        """A power of the stalls so far."""
        return max(self.floor, self.by**plateau.stalls)

    def problem(self, begin: float, end: float) -> str:
        """It can never stall for so long."""
        if self.patience + 1 >= end:
            return f"The learning rate waits {self.patience:,} epochs for better, and the training ends after {end:g}."
        return ""

    def mended(self, end: float) -> "tuple[str, Plateau]":
        """A tenth of the training."""
        patience = int(end) // 10
        return f"Wait {patience:,} epochs", self.replace(patience=patience)
