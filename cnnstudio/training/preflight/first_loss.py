"""Does the training begin where somebody who knows nothing stands, at a loss of ln C?"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject, TimeLimit

IMAGES = 128
# He-initialised networks without normalisation begin one or two nats above ln C; hundreds mean that something is off.
FAR, HOPELESS = 3.0, 20.0


@checks.register
class FirstLoss(Check):
    """Untrained logits should be small: the loss is then ln C, and no class is preferred."""

    title: ClassVar[str] = "First loss"
    kind: Literal["first_loss"] = "first_loss"
    order: ClassVar[int] = 30

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        import torch

        if not subject.is_cross_entropy:
            return
        count = subject.affordable(limit.left_s, IMAGES)
        network = subject.copy()
        with torch.no_grad():
            loss = float(subject.loss(network, subject.images[:count], subject.safe_labels[:count]))
        weight = 1 + sum(getattr(network, "auxiliary", {}).values())
        loss, chance = loss / weight, subject.chance_loss
        numbers = f"The first loss is {loss:.2f}; ln {len(subject.classes)} = {chance:.2f} is the level of chance."
        if not math.isfinite(loss):
            yield self.bad(
                f"The first loss is {loss}: the numbers overflow before anything is learnt.",
                "Normalise the inputs, or choose a smaller initialisation.",
            )
        elif loss > chance + HOPELESS:
            yield self.bad(numbers, "Choose a smaller initialisation, or add batch normalisation.")
        elif loss > chance + FAR:
            yield self.warn(numbers, "Choose a smaller initialisation of the last layer.")
        else:
            yield self.note(numbers)
