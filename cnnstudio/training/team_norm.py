"""Batch normalisation over the images of all processes: as one process with the whole batch would compute it.

torch.nn.SyncBatchNorm does so on GPUs only; this one adds sums with gradients through them, on any device.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class _Sum(torch.autograd.Function):
    """The sum over all processes; the gradient of each one's part is the sum of their gradients."""

    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        total = part.clone()
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(total)
        return total


def add_all(part: Tensor) -> Tensor:
    """The sum of all processes' tensors, through which gradients flow."""
    total: Tensor = _Sum.apply(part)
    return total


class TeamNorm(_BatchNorm):
    """A batch normalisation whose mean and spread are those of all processes' images together."""

    def forward(self, x: Tensor) -> Tensor:
        """As nn.BatchNorm2d; in evaluation mode nothing is exchanged."""
        if not self.training:
            return super().forward(x)
        dims = [d for d in range(x.ndim) if d != 1]
        shape = [1, -1] + [1] * (x.ndim - 2)
        values = x.float()
        count = torch.tensor([float(values.numel() // values.shape[1])], device=x.device)
        totals = add_all(torch.cat([values.sum(dims), count]))
        count = totals[-1].detach()
        mean = totals[:-1] / count
        # The mean first: sums of squares alone would lose the digits of a small spread.
        centred = values - mean.view(shape)
        variance = add_all(centred.square().sum(dims)) / count
        self._remember(mean.detach(), variance.detach() * count / (count - 1))
        normal = centred * (variance + self.eps).rsqrt().view(shape)
        if self.affine:
            normal = normal * self.weight.view(shape) + self.bias.view(shape)
        return normal.to(x.dtype)

    def _check_input_dim(self, input: Tensor) -> None:
        """Any number of dimensions behind images and channels will do."""

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


def sync_norms(network: nn.Module) -> None:
    """Let all batch normalisations of a network measure the whole batch.

    The modules stay the same objects, since a compiled graph calls them by reference; only their class changes.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            swapped: Any = module
            swapped.__class__ = TeamNorm
