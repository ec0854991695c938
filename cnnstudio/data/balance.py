"""An epoch in which all classes come equally often, however many images they have."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def balanced_order(labels: "Tensor", generator: "torch.Generator") -> "Tensor":
    """Positions of images, as many as there are, with an equal share for each class.

    A rare class's images come in whole rounds, so that none comes twice more often than another of its class; of a
    frequent class each epoch takes others.

    Args:
        labels: int64, shape (N,), on the CPU.
        generator: Of the epoch.

    Returns:
        int64, shape (N,): position + N · (how often the image came before).
    """
    import torch

    n = len(labels)
    present = torch.unique(labels)
    quota = n // len(present)
    # What doesn't divide evenly goes to classes by lot.
    luck = torch.randperm(len(present), generator=generator) < n - quota * len(present)
    chosen = []
    for label, is_lucky in zip(present.tolist(), luck.tolist(), strict=True):
        members = torch.nonzero(labels == label).flatten()
        wanted = quota + int(is_lucky)
        rounds = -(-wanted // len(members))
        shuffled = [members[torch.randperm(len(members), generator=generator)] + n * again for again in range(rounds)]
        chosen.append(torch.cat(shuffled)[:wanted])
    order = torch.cat(chosen)
    return order[torch.randperm(n, generator=generator)]
