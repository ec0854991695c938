"""A few validation images whose guesses are shown while the network learns."""

import time
from typing import TYPE_CHECKING

from cnnstudio.data.loader import Batches
from cnnstudio.training.events import Guesses
from cnnstudio.training.plan import Plan

if TYPE_CHECKING:
    from torch import Tensor, nn

GUESS_EVERY_S = 0.7
WATCHED_IMAGES = 8


class Watcher:
    """Asks the network about eight fixed images, not too often."""

    def __init__(self, val: Batches, plan: Plan) -> None:
        self._val, self._plan = val, plan
        self._watched = a_few_of_each(val.labels.cpu(), WATCHED_IMAGES)
        self._next_s = 0.0

    @property
    def is_due(self) -> bool:
        """Is it time to ask again?"""
        return time.monotonic() >= self._next_s

    def guess(self, network: "nn.Module", step: int) -> Guesses:
        """What the network thinks of the images now; leaves it in evaluation mode."""
        import torch

        network.eval()
        images = self._plan.place(self._val.images(self._watched))
        with torch.no_grad(), self._plan.autocast(images.device):
            probabilities = network(images).float().softmax(1)
        self._next_s = time.monotonic() + GUESS_EVERY_S
        return Guesses(step, self._watched.numpy(), probabilities.cpu().numpy())


def a_few_of_each(labels: "Tensor", count: int) -> "Tensor":
    """Positions of up to `count` images that show as many classes as possible, ascending by class and round."""
    seen: dict[int, int] = {}
    rounds = []
    for position, label in enumerate(labels.tolist()):
        seen[label] = seen.get(label, -1) + 1
        rounds.append((seen[label], label, position))
    chosen = sorted(rounds)[:count]
    return labels.new_tensor([position for _, _, position in chosen])
