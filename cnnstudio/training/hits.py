"""How many first guesses are right: counted at once where it must be, else for many steps together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    # The hits of a step, or its logits and targets if they are still to be counted.
    Score = Tensor | tuple[Tensor, Tensor]


def hits(logits: "Tensor", targets: "Tensor") -> "Tensor":
    """How many first guesses are right; for mixed targets the larger share counts as the truth."""
    return is_hit(logits, targets).sum()


def is_hit(logits: "Tensor", targets: "Tensor") -> "Tensor":
    """Which first guesses are right: bool, shape (N,)."""
    truths = targets.argmax(1) if targets.is_floating_point() else targets
    return logits.argmax(1) == truths


def count_hits(scores: "Sequence[Score]") -> list[int]:
    """The hits of each step, from one look at the device."""
    import torch

    counted = [score for score in scores if isinstance(score, torch.Tensor)]
    if len(counted) == len(scores):
        return [int(number) for number in torch.stack(counted).tolist()] if counted else []
    pairs = [score for score in scores if not isinstance(score, torch.Tensor)]
    right = is_hit(torch.cat([logits for logits, _ in pairs]), torch.cat([targets for _, targets in pairs]))
    # Sums up to the end of each step: steps may differ in size.
    ends = torch.tensor([len(targets) for _, targets in pairs]).cumsum(0)
    until = right.long().cumsum(0).cpu()[ends - 1].tolist()
    return [end - begin for begin, end in zip([0, *until], until, strict=False)]
