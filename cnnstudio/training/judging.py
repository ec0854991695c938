"""Judging a network by the validation images."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.data.loader import Batches
from cnnstudio.training.passes import free_memory, is_out_of_memory
from cnnstudio.training.plan import Plan
from cnnstudio.training.recipe import Loss

if TYPE_CHECKING:
    from torch import Tensor, nn

FIRST_FIVE = 5


@dataclass(frozen=True)
class Verdict:
    """What came out: mean loss, share of right first guesses, and of true classes among the first five guesses.

    `top5` is None where there are five classes or fewer: it would always be 1.
    """

    loss: float
    top1: float
    top5: float | None


def judge(network: "nn.Module", batches: Batches, loss: Loss, plan: Plan) -> Verdict:
    """Pass all images through the network in evaluation mode, in smaller batches if memory runs out."""
    import torch

    network.eval()
    parts = 1
    while True:
        try:
            with torch.no_grad():
                return _verdict(network, batches, loss, plan, parts)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or parts >= batches.size:
                raise
        # Behind the except block: the error's traceback holds the activations.
        free_memory(batches.labels.device)
        parts *= 2


def _verdict(network: "nn.Module", batches: Batches, loss: Loss, plan: Plan, parts: int) -> Verdict:
    import torch

    sums: list[Tensor] = []
    classes = 0
    for images, labels in batches.in_order():
        count = min(parts, len(images))
        for some, truths in zip(images.tensor_split(count), labels.tensor_split(count), strict=True):
            with plan.autocast(some.device):
                logits = network(plan.place(some)).float()
            classes = logits.shape[1]
            sums.append(torch.stack([loss.total(logits, truths), *_hits(logits, truths)]))
    # Fetched once: each fetch waits for the GPU.
    rows = torch.stack(sums).tolist()
    total, top1, top5 = (math.fsum(row[column] for row in rows) / batches.image_count for column in range(3))
    return Verdict(total, top1, top5 if classes > FIRST_FIVE else None)


def _hits(logits: "Tensor", truths: "Tensor") -> "tuple[Tensor, Tensor]":
    """How many images' true classes are the first guess, and among the first five."""
    first = (logits.argmax(1) == truths).sum()
    five = (logits.topk(min(FIRST_FIVE, logits.shape[1]), dim=1).indices == truths[:, None]).any(1).sum()
    return first.to(logits.dtype), five.to(logits.dtype)
