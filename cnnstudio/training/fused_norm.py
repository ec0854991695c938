"""Batch normalisation whose sums the compiler turns into fast code for a processor.

torch's own kernels are the fastest uncompiled. Compiled, torch.compile writes Welford's method and sums in cascades,
whose running values lie in memory: they cost more than the additions themselves. Here each image is summed by itself,
which stays in registers, and then the images: as exact as a cascade, without its cost.

Sources: Ioffe & Szegedy 2015 (the gradient); Chan, Golub & LeVeque 1983 (shifted variance).
"""

from typing import Any

import torch
from torch import Tensor, nn


class _Normalised(torch.autograd.Function):
    """The normalised batch, the mean of each channel and its (biased) variance, the last two without gradients."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        values = _wide_type(x)
        share = x.shape[1] / x.numel()
        # Moved by the first image's mean: its distance from the batch's is at most √N standard deviations, so the
        # difference of squares below grows rounding errors N-fold at most, wherever the values lie.
        shift = values[0].sum((1, 2)) * (x.shape[0] * share)
        moved = values - _over(shift)
        offset = _per_channel(moved) * share
        variance = (_per_channel(moved * moved) * share - offset * offset).clamp_min(0)
        mean, scale = shift + offset, (variance + eps).rsqrt()
        ctx.save_for_backward(x, weight, mean, scale)
        ctx.mark_non_differentiable(mean, variance)
        normal = (values - _over(mean)) * _over(scale * weight) + _over(bias)
        return normal.to(x.dtype), mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        x, weight, mean, scale = ctx.saved_tensors
        share = x.shape[1] / x.numel()
        gradient, centred = _wide_type(gradients[0]), _wide_type(x) - _over(mean)
        total, product = _per_channel(gradient), _per_channel(gradient * centred)
        through = gradient - _over(total * share) - centred * _over(scale * scale * product * share)
        return (through * _over(scale * weight)).to(x.dtype), product * scale, total, None


class FusedNorm(nn.BatchNorm2d):
    """nn.BatchNorm2d, computed differently where torch.compile takes it into its code."""

    def forward(self, x: Tensor) -> Tensor:
        """As nn.BatchNorm2d, but for rounding.

        Args:
            x: N × C × H × W.
        """
        count = x.numel() // x.shape[1]
        if not self.training or not torch.compiler.is_compiling() or count == 1:
            return super().forward(x)
        normal: Tensor
        normal, mean, variance = _Normalised.apply(x, self.weight, self.bias, self.eps)
        _remember(self, mean, variance * (count / (count - 1)))
        return normal


def fuse_norms(network: nn.Module) -> None:
    """Let the batch normalisations of a network that is going to be compiled for a processor become fast code.

    The modules stay the same objects, since a compiled graph calls them by reference; only their class changes.
    """
    for module in network.modules():
        if type(module) is nn.BatchNorm2d and module.affine and module.track_running_stats and module.momentum:
            swapped: Any = module
            swapped.__class__ = FusedNorm


def _remember(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Let a batch's statistics enter the running ones, in place: they are what is saved and evaluated with."""
    if norm.running_mean is None or norm.running_var is None or norm.num_batches_tracked is None or not norm.momentum:
        raise TypeError("A batch norm without running statistics can't be fused.")
    with torch.no_grad():
        norm.num_batches_tracked.add_(1)
        norm.running_mean.lerp_(mean, norm.momentum)
        norm.running_var.lerp_(variance, norm.momentum)


def _wide_type(x: Tensor) -> Tensor:
    """In float32 at least: sums in a short format lose their digits."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _per_channel(values: Tensor) -> Tensor:
    """N × C × H × W -> C: each image's sum first."""
    return values.sum((2, 3)).sum(0)


def _over(channels: Tensor) -> Tensor:
    """C -> 1 × C × 1 × 1, which goes over a batch."""
    return channels[None, :, None, None]
