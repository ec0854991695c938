"""Whoever trains together: one process alone, or several that divide each batch (`training.distributed`)."""

from typing import TYPE_CHECKING

from cnnstudio.data.loader import Batches
from cnnstudio.training.judging import Verdict, judge
from cnnstudio.training.plan import Plan
from cnnstudio.training.recipe import Loss

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnstudio.training.hits import Score


class Team:
    """One process alone: nothing is to be divided, nobody is to be asked.

    Attributes:
        rank: This process's number, from 0.
        size: How many processes there are.
        has_left: This process ends while the others may be in the middle of a step: nothing is exchanged any more.
    """

    rank, size = 0, 1
    has_left = False

    @property
    def is_writer(self) -> bool:
        """Is it this process that writes history and checkpoints?"""
        return self.rank == 0

    def weigh(self, loss: Loss, batch: int) -> Loss:
        """The loss whose gradients `add_up` adds, for a batch of so many images."""
        return loss

    def add_up(
        self, network: "nn.Module", mean: "Tensor", logits: "Tensor", targets: "Tensor"
    ) -> "tuple[Tensor, Score]":
        """Mean loss of the whole batch, and its hits or what they are counted from; the gradients become its as well.

        Args:
            network: Holds the gradients of this process's share.
            mean: What the weighed loss gave for the share.
            logits: Of the share.
            targets: Of the share.
        """
        return mean, (logits, targets)

    def judge(self, network: "nn.Module", batches: Batches, loss: Loss, plan: Plan) -> Verdict:
        """What comes out for all validation images."""
        return judge(network, batches, loss, plan)
