"""Does the training begin where somebody who knows nothing stands, at a loss of ln C?"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding

if TYPE_CHECKING:
    from torch import nn

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

        from cnnstudio.training.other_beginnings import mending_beginning

        if not subject.is_cross_entropy:
            return
        count = subject.affordable(limit.left_s / 3, IMAGES)

        def first_loss(network: "nn.Module") -> float:
            sides: dict[str, float] = getattr(network, "auxiliary", {})
            with torch.no_grad():
                return float(subject.loss(network, subject.images[:count], subject.safe_labels[:count])) / (
                    1 + sum(sides.values())
                )

        loss, chance = first_loss(subject.copy()), subject.chance_loss
        if not loss <= chance + FAR:
            # NaN is no number that anything is larger than.
            fix = mending_beginning(
                subject, limit, lambda network, config: first_loss(subject.copy(network)) <= chance + FAR
            )
        numbers = f"The first loss is {loss:.2f}; ln {len(subject.classes)} = {chance:.2f} is the level of chance."
        if not math.isfinite(loss):
            yield self.bad(
                f"The first loss is {loss}: the numbers overflow before anything is learnt.",
                "Normalise the inputs, or choose a smaller initialisation.",
                fix,
            )
        elif loss > chance + HOPELESS:
            yield self.bad(numbers, "Choose a smaller initialisation, or add batch normalisation.", fix)
        elif loss > chance + FAR:
            yield self.warn(numbers, "Choose a smaller initialisation of the last layer.", fix)
        else:
            yield self.note(numbers)
