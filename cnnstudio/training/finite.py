"""Noticing the moment when numbers stop being numbers."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

# Summing the gradients of all layers costs up to 1 % of a small network's step; that of the first layer next to
# nothing, and what goes wrong further up reaches it.
ALL_GRADIENTS_EVERY = 16


def wrong_gradient(parameters: "Sequence[tuple[str, nn.Parameter]]", step: int) -> str:
    """What is wrong with a gradient, in words; empty if nothing is, as far as this step looks."""
    for name, parameter in parameters:
        if parameter.grad is None:
            continue
        if not math.isfinite(parameter.grad.sum().item()) and (found := _odd_value(parameter.grad)):
            return f"The gradient of {name} is {found}"
        if step % ALL_GRADIENTS_EVERY:
            return ""
    return ""


def wrong_weight(tensors: "dict[str, Tensor]") -> str:
    """Which weight or statistic is no number, in words; empty if all are."""
    import torch

    floats = {name: tensor for name, tensor in tensors.items() if tensor.is_floating_point()}
    if not floats:
        return ""
    # One number a tensor, fetched at once: each fetch waits for the GPU.
    sizes = torch.stack([tensor.detach().abs().amax().float() for tensor in floats.values()]).tolist()
    for (name, tensor), size in zip(floats.items(), sizes, strict=True):
        if not math.isfinite(size) and (found := _odd_value(tensor)):
            return f"The weight {name} is {found}" if "running" not in name else f"The statistic {name} is {found}"
    return ""


def wrong_images(images: "Tensor") -> list[int]:
    """Places in the batch of images that hold something else than numbers."""
    import torch

    fine = torch.isfinite(images).flatten(1).all(1)
    return [place for place, is_fine in enumerate(fine.tolist()) if not is_fine]


def _odd_value(tensor: "Tensor") -> str:
    """ "nan" or "inf" if there is one; a sum of large numbers may overflow where all are finite."""
    import torch

    if torch.isnan(tensor).any():
        return "nan"
    return "inf" if torch.isinf(tensor).any() else ""
