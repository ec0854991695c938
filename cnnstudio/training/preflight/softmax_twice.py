"""Does the network end in a softmax, although the loss has one of its own?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding
from cnnstudio.training.head import head_kind, without_head

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject, TimeLimit


@checks.register
class SoftmaxTwice(Check):
    """A softmax of probabilities can't get far from the uniform answer, so the loss stays near ln C."""

    title: ClassVar[str] = "Softmax twice"
    kind: Literal["softmax_twice"] = "softmax_twice"
    order: ClassVar[int] = 10

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        import torch

        if not subject.is_cross_entropy:
            return
        with torch.no_grad():
            logits = subject.copy()(subject.images[:8])
        sums = logits.sum(1)
        if (logits >= 0).all() and torch.allclose(sums, torch.ones_like(sums), atol=1e-3):
            yield self.bad(
                "The network's answers are probabilities already: each image's add up to 1. "
                "The loss applies a softmax itself, and a softmax of a softmax can hardly learn.",
                "Remove the softmax at the end: the pages show probabilities all the same.",
                without_head(subject.graph, "softmax"),
            )
        elif (logits >= 0).all() and head_kind(subject.graph) in ("sigmoid", "relu"):
            kind = head_kind(subject.graph)
            yield self.bad(
                f"A {kind} stands between the last weights and the output, so that no answer can be negative.",
                f"Remove the {kind}: the loss needs free numbers, called logits.",
                without_head(subject.graph, kind),
            )
