"""Do the labels fit the network's outputs, and do they belong to the pictures?"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.network.fit import fit_graph
from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding, Fix

if TYPE_CHECKING:
    import torch

    from cnnstudio.training.subject import Subject, TimeLimit

LEAST_IMAGES = 64
SIGMAS = 3.0


@checks.register
class Labels(Check):
    """Numbers in range, as many outputs as classes, and pictures that tell something about their labels."""

    title: ClassVar[str] = "Labels"
    kind: Literal["labels"] = "labels"
    order: ClassVar[int] = 15
    page: ClassVar[str] = "data"

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        import torch

        with torch.no_grad():
            outputs = int(subject.copy()(subject.images[:2]).shape[1])
        classes, low, high = len(subject.classes), int(subject.labels.min()), int(subject.labels.max())
        if low < 0 or high >= outputs:
            is_shifted = (low, high) == (1, outputs)
            yield self.bad(
                f"Labels run from {low} to {high}, and the network has outputs 0 to {outputs - 1}."
                + (" They look counted from 1 instead of 0." if is_shifted else ""),
                "Count classes from 0." if is_shifted else "Give the network as many outputs as there are classes.",
                None if is_shifted or low < 0 else self._fitted(subject, high + 1),
            )
        elif outputs != classes:
            yield self.bad(
                f"The network has {outputs} outputs for {classes} classes.",
                "Give it one output a class.",
                self._fitted(subject, classes),
            )
        else:
            yield from self._plausible(subject)

    def _plausible(self, subject: "Subject") -> Iterator[Finding]:
        """A simple learner on half of the images guesses the other half; at chance, the labels may be mixed up."""
        from cnnstudio.training.probe import probe_accuracy

        labels = subject.labels
        half = len(labels) // 2
        if len(labels) < LEAST_IMAGES:
            return
        right = probe_accuracy(subject.images, labels)
        chance = commonest_share(labels)
        # By luck alone, a guesser gets within a few standard deviations of chance.
        luck = SIGMAS * math.sqrt(chance * (1 - chance) / (2 * half))
        if right > chance + luck:
            yield self.note(
                f"A simple learner guesses {100 * right:.0f} % of the labels; chance is {100 * chance:.0f} %."
            )
            return
        yield self.warn(
            f"The labels don't seem to follow from the pictures: a simple learner gets {100 * right:.0f} % right, "
            f"where {100 * chance:.0f} % is chance.",
            "Look at the gallery on the page Data: does each picture show what its label says? "
            "A list of labels that is one line off looks like this.",
        )

    def _fitted(self, subject: "Subject", outputs: int) -> Fix:
        shape = subject.graph.input_shape
        return Fix(f"Give the network {outputs} outputs", graph=fit_graph(subject.graph, shape, outputs))


def commonest_share(labels: "torch.Tensor") -> float:
    """Share of the most frequent label: what always guessing it would get."""
    return float(labels.bincount(minlength=2).max()) / len(labels)
