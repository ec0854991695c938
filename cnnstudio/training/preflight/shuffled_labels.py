"""With labels dealt out at random nothing can be known of other images: does it stay at chance?"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.training.subject import Subject, TimeLimit

BATCH, STEPS, LEAST_IMAGES = 32, 12, 96
SIGMAS = 4.0


@checks.register
class ShuffledLabels(Check):
    """A network that does better than chance then sees the answers in some way: a copy in both halves, a leak.

    Source: Zhang et al. 2017, arXiv:1611.03530, section 2.1 (random labels).
    """

    title: ClassVar[str] = "Shuffled labels"
    kind: Literal["shuffled_labels"] = "shuffled_labels"
    order: ClassVar[int] = 70
    page: ClassVar[str] = "data"
    most_s: ClassVar[float] = 4.0

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        from cnnstudio.training.preflight.labels import commonest_share

        count = min(len(subject.images), int(limit.left_s / subject.image_s / STEPS * 2))
        if count < LEAST_IMAGES:
            return
        labels = shuffled(subject.safe_labels[:count], subject.config.seed)
        right, judged = _learn_and_judge(subject, labels, limit)
        chance = commonest_share(labels)
        most = chance + SIGMAS * math.sqrt(chance * (1 - chance) / judged)
        if right > most:
            yield self.bad(
                f"With shuffled labels it still guesses {100 * right:.0f} % of {judged} unseen images, "
                f"where chance is {100 * chance:.0f} %.",
                "The answers leak into the images or into the judging: look for copies of pictures.",
            )
        else:
            yield self.note(f"With shuffled labels it stays at chance: {100 * right:.0f} % of {judged} unseen images.")


def shuffled(labels: "Tensor", seed: int) -> "Tensor":
    """The labels dealt out anew."""
    import torch

    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    return labels[order.to(labels.device)]


def _learn_and_judge(subject: "Subject", labels: "Tensor", limit: "TimeLimit") -> tuple[float, int]:
    """Learn from the first half for some steps; share of right guesses on the second half, and its size."""
    import torch

    network, half = subject.copy(), len(labels) // 2
    optimizer = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=0.002)
    for step in range(STEPS):
        if limit.left_s < 0.3:
            break
        start = step * BATCH % max(1, half - BATCH + 1)
        chosen = slice(start, min(half, start + BATCH))
        optimizer.zero_grad(set_to_none=True)
        subject.loss(network, subject.images[chosen], labels[chosen]).backward()
        optimizer.step()
    hits, judged = 0, 0
    with torch.no_grad():
        for images, truth in zip(
            subject.images[half : len(labels)].split(BATCH), labels[half:].split(BATCH), strict=True
        ):
            if limit.is_up and judged:
                break
            # Batch statistics: running ones have seen a few steps only.
            hits += int((network(images).argmax(1) == truth).sum())
            judged += len(truth)
    return hits / judged, judged
