"""Several processes that train one network: each takes a share of every batch, and their gradients are added.

The sum is that of the whole batch, so the recipe stays what it is: same batch, same order, same learning rate. All
that is exchanged are tensors, one flat one a step; no objects, since those would be unpickled.
"""

import os
from typing import TYPE_CHECKING, Any

from cnnstudio.core.errors import Cancelled, RecipeError, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.loader import Batches
from cnnstudio.training.hits import hits
from cnnstudio.training.judging import Verdict, judge
from cnnstudio.training.plan import Plan
from cnnstudio.training.recipe import Loss
from cnnstudio.training.team import Team
from cnnstudio.training.team_norm import sync_norms

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# On a GPU the wish to stop is looked at this often: a look waits for all that is queued.
STEPS_A_LOOK = 16


class Group(Team):
    """This process among those of a joined group (`training.joining`).

    Args:
        device: Where this process computes; tensors are exchanged from there.
        local_size: How many of the group are on this machine.
        syncs_norms: Batch normalisation measures the whole batch, not each share by itself.
    """

    def __init__(self, device: "torch.device", *, local_size: int = 1, syncs_norms: bool = False) -> None:
        from torch import distributed

        self.rank, self.size = distributed.get_rank(), distributed.get_world_size()
        self.local_size, self.syncs_norms, self.stops = local_size, syncs_norms, False
        self.device, self._ctx = device, JobContext()
        self._parent, self._steps = os.getppid(), 0
        self._nominal = 1.0

    @property
    def circumstances(self) -> dict[str, Any]:
        """What decides over bits beside what a process alone has."""
        return {"processes": self.size, "norms_together": self.syncs_norms}

    def context(self, ctx: JobContext) -> JobContext:
        """The same context, but a wish to stop counts only once all processes know of it."""
        self._ctx = ctx
        return GroupContext(ctx, self)

    def prepare(self, network: "nn.Module") -> None:
        """Make a network ready to be trained in shares."""
        if self.syncs_norms:
            sync_norms(network)

    def fit(self, plan: Plan) -> Plan:
        """The plan with a fair part of this machine's threads."""
        import torch

        threads = (plan.threads or torch.get_num_threads()) // self.local_size
        return plan.replace(threads=max(1, threads))

    def share(self, batches: Batches) -> Batches:
        """This process's share of each batch.

        Raises:
            RecipeError: There are fewer images than processes.
        """
        from dataclasses import replace

        if batches.image_count < 2 * self.size or batches.size < 2 * self.size:
            least = min(batches.image_count, batches.size)
            raise RecipeError(
                f"{least:,} images can't be divided among {self.size:,} processes: each needs two of every batch.",
                hint=f"Use a batch of at least {2 * self.size:,}, more images, or fewer processes.",
            )
        return replace(batches, share=self.rank, shares=self.size)

    def weigh(self, loss: Loss, batch: int) -> Loss:
        """Sums instead of means: with shares of unequal weight, means of shares would not add up to the whole's."""
        self._mass, self._nominal = loss.mass, batch / self.size
        # Divided by a constant only so that the numbers have a mean's size, for fp16.
        return Loss(
            lambda logits, targets: loss.total(logits, targets) / self._nominal,
            loss.total,
            lambda targets: self._nominal,
        )

    def add_up(
        self, network: "nn.Module", mean: "Tensor", logits: "Tensor", targets: "Tensor"
    ) -> "tuple[Tensor, Tensor]":
        """Add this share's gradients to those of the others, and divide by the weight of the whole batch."""
        import torch

        mass = torch.as_tensor(self._mass(targets), dtype=torch.float32, device=self.device)
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        told = torch.stack([mass, mean.float() * self._nominal, hits(logits, targets).float(), self._wish()])
        flat = torch.cat([told, *(gradient.float().flatten() for gradient in gradients)])
        self._sum(flat)
        rest = flat[len(told) :] * (self._nominal / flat[0])
        for gradient, part in zip(gradients, rest.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))
        self._look(flat[3])
        return flat[1] / flat[0], flat[2]

    def judge(self, network: "nn.Module", batches: Batches, loss: Loss, plan: Plan) -> Verdict:
        """Each judges its share with the first one's statistics of batch normalisation."""
        import torch
        from torch import distributed

        for buffer in network.buffers():
            self._guarded(distributed.broadcast, buffer, 0)
        mine = judge(network, batches, loss, plan)
        numbers = [mine.loss, mine.top1, mine.top5 or 0.0]
        # float64, so that the sum of the shares is the whole to the last digit that is shown.
        found = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        self._sum(found)
        total, top1, top5 = found.tolist()
        return Verdict(total, top1, None if mine.top5 is None else top5)

    def wait(self) -> None:
        """Go on when all processes have come here."""
        import torch

        self._sum(torch.zeros(1, device=self.device))

    def _wish(self) -> "Tensor":
        """1 if this process was asked to stop, or has lost the one that started it: then nobody would see it train."""
        import torch

        is_orphan = os.getppid() != self._parent
        return torch.tensor(float(self._ctx.is_cancel_requested or is_orphan), device=self.device)

    def _look(self, wishes: "Tensor") -> None:
        self._steps += 1
        if self.device.type == "cpu" or self._steps % STEPS_A_LOOK == 0:
            self.stops = self.stops or bool(wishes.item())

    def _sum(self, tensor: "Tensor") -> None:
        from torch import distributed

        self._guarded(distributed.all_reduce, tensor)

    def _guarded(self, exchange: Any, *arguments: Any) -> None:
        try:
            exchange(*arguments)
        except RuntimeError as error:
            if self._ctx.is_cancel_requested:
                # All were asked to stop, and one that waited for its files could not wait for this step.
                self.has_left = True
                raise Cancelled from error
            raise RunError(
                f"Process {self.rank + 1} of {self.size} lost another one: it ended, or no longer answers. "
                f"({str(error).splitlines()[0][:160]})",
                hint="What the other one said stands above or in its log; go on from the last checkpoint with resume.",
            ) from error


class GroupContext(JobContext):
    """A job's context in a group: all stop after the same step, and none rests because the user wants it."""

    def __init__(self, ctx: JobContext, group: Group) -> None:
        super().__init__(ctx.emit)
        self._outer, self._group = ctx, group

    def check(self) -> None:
        self._outer.check()

    @property
    def is_cancel_requested(self) -> bool:
        return self._group.stops

    @property
    def is_pause_requested(self) -> bool:
        return False

    def rest(self, timeout_s: float) -> None:
        """Block for so long, or until this process is asked to stop: it may have to end without the others' leave."""
        self._outer.wait_for_cancel(timeout_s)
