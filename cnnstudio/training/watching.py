"""A few validation images whose guesses are shown while the network learns."""

import time
from collections.abc import Callable
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
        self._images: Tensor | None = None
        self._next_s, self._told_step = 0.0, -1

    @property
    def is_due(self) -> bool:
        """Is it time to ask again?"""
        return time.monotonic() >= self._next_s

    def is_behind(self, step: int) -> bool:
        """Has the network learnt since it was asked last? Before it was asked at all, its images may be missing."""
        return self._images is not None and step != self._told_step

    def tell(self, network: "nn.Module", step: int, emit: Callable[[Guesses], None]) -> None:
        """Tell what the network thinks of the images now; leaves it in evaluation mode.

        Guesses that are no numbers are kept back: the training is about to be stopped for the same reason.
        """
        import torch

        network.eval()
        if self._images is None:  # read once: at the end of a training their drive may be away
            self._images = self._plan.place(self._val.images(self._watched))
        with torch.no_grad(), self._plan.autocast(self._images.device):
            probabilities = network(self._images).float().softmax(1)
        self._next_s, self._told_step = time.monotonic() + GUESS_EVERY_S, step
        if probabilities.isfinite().all():
            emit(Guesses(step, self._watched.numpy(), probabilities.cpu().numpy()))


def a_few_of_each(labels: "Tensor", count: int) -> "Tensor":
    """Positions of up to `count` images that show as many classes as possible, ascending by class and round."""
    seen: dict[int, int] = {}
    rounds = []
    for position, label in enumerate(labels.tolist()):
        seen[label] = seen.get(label, -1) + 1
        rounds.append((seen[label], label, position))
    chosen = sorted(rounds)[:count]
    return labels.new_tensor([position for _, _, position in chosen])
