"""Chance within a step: dropout's draws depend on (seed, step) alone."""

from typing import TYPE_CHECKING

from cnnstudio.data.loader import random_key

if TYPE_CHECKING:
    import torch
    from torch import nn


class StepSeed:
    """Sets torch's generators before a step: there is no generator state to store, and none to disturb.

    Args:
        rank: Number among the processes that train together: each drops other units.
    """

    def __init__(self, network: "nn.Module", seed: int, device: "torch.device", rank: int = 0) -> None:
        from torch.nn.modules.dropout import _DropoutNd

        self._seed, self._device, self._rank = seed, device, rank
        self._is_needed = any(isinstance(module, _DropoutNd) for module in network.modules())

    def __call__(self, step: int) -> None:
        """Begin the draws of a step anew."""
        import torch

        if not self._is_needed:
            return
        # torch.manual_seed would note a traceback for each kind of GPU that isn't there: 0.7 ms a step.
        key = random_key(self._seed, step, self._rank) if self._rank else random_key(self._seed, step)
        torch.default_generator.manual_seed(key)
        if self._device.type == "cuda":
            torch.cuda.manual_seed(key)
        elif self._device.type == "xpu":
            torch.xpu.manual_seed(key)
        elif self._device.type == "mps":
            torch.mps.manual_seed(key)
