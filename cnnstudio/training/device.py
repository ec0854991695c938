"""Which device computes, and with how many threads."""

import os
from typing import TYPE_CHECKING

from cnnstudio.core.errors import RecipeError

if TYPE_CHECKING:
    import torch


def choose_device(wanted: str) -> "torch.device":
    """The device for a training; "auto" takes a GPU if there is one.

    Raises:
        RecipeError: The device that was asked for is not there.
    """
    import torch

    there = {
        "cuda": torch.cuda.is_available(),
        "xpu": torch.xpu.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        wanted = next(name for name, is_there in there.items() if is_there)
    if not there.get(wanted, False):
        raise RecipeError(f"This machine has no usable '{wanted}' device.", hint="Set the device to auto or cpu.")
    return torch.device(wanted)


def device_text(device: "torch.device") -> str:
    """The device in words: "CPU", or the GPU's name."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "xpu":
        return torch.xpu.get_device_name(device)
    return {"cpu": "CPU", "mps": "Apple GPU"}.get(device.type, device.type)


def thread_count(wanted: int) -> int:
    """Threads to compute with: as asked, or all cores but the one that the window needs."""
    return wanted or max(1, usable_cores() - 1)


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
