"""Is there anything to train?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding, Fix

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject, TimeLimit


@checks.register
class Trainable(Check):
    """Without a weight that may change, no recipe helps."""

    title: ClassVar[str] = "Something to train"
    kind: Literal["trainable"] = "trainable"
    order: ClassVar[int] = 0

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        parameters = list(subject.network.parameters())
        if not parameters:
            yield self.bad("The network has no weights at all.", "Add a convolution or a linear layer.")
        elif not any(parameter.requires_grad for parameter in parameters):
            count = sum(parameter.numel() for parameter in parameters)
            yield self.bad(
                f"All {count:,} weights are frozen: nothing can be learnt.",
                "Let at least the last layer train.",
                Fix("Train all layers", config=subject.config.replace(layers=())) if subject.config.layers else None,
            )
