"""Small modules for layers that PyTorch writes as an operator or a function. This file imports torch."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Add(nn.Module):
    """Adds its inputs; shapes are equal."""

    def forward(self, *inputs: Tensor) -> Tensor:
        total = inputs[0] + inputs[1]
        for more in inputs[2:]:
            total = total + more
        return total


class Concatenate(nn.Module):
    """Joins its inputs along the channels."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.cat(inputs, dim=1)


class GlobalAveragePool(nn.Module):
    """The mean of each channel: (N, C, H, W) to (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        # mean has a deterministic gradient on every device; adaptive pooling has not.
        return x.mean(dim=(2, 3))


class ZeroPadShortcut(nn.Module):
    """Every stride-th pixel, and zero channels for the missing ones."""

    def __init__(self, stride: int, before: int, after: int) -> None:
        super().__init__()
        self.stride, self.before, self.after = stride, before, after

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.stride, :: self.stride]
        return functional.pad(x, (0, 0, 0, 0, self.before, self.after))
