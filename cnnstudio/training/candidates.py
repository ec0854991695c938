"""Which ways of computing could be faster here: number formats, memory layout, threads, one kernel for all weights."""

import shutil
from typing import TYPE_CHECKING

from cnnstudio.training.device import thread_count, usable_cores
from cnnstudio.training.plan import Plan

if TYPE_CHECKING:
    import torch

    from cnnstudio.training.config import TrainConfig

FIRST_TENSOR_CORES = (8, 0)  # compute capability from which NVIDIA's units know bf16 and TF32


def base_plan(config: "TrainConfig", device: "torch.device") -> Plan:
    """Plain float32 with what the recipe fixes by hand; everything else is measured against it."""
    return Plan(
        precision="fp32" if config.precision == "auto" else config.precision,
        channels_last=config.channels_last == "on",
        compile=config.compile == "on",
        threads=thread_count(config.threads) if device.type == "cpu" else 0,
        deterministic=config.deterministic,
    )


def format_plans(base: Plan, config: "TrainConfig", device: "torch.device") -> list[Plan]:
    """The base first, then other number formats and layouts that the recipe leaves open and the device knows."""
    plans = [base]
    if config.channels_last == "auto":
        plans.append(base.replace(channels_last=True))
    short = short_format(device) if config.precision == "auto" else None
    if device.type == "cuda" and config.precision == "auto" and not config.deterministic and has_tensor_cores(device):
        plans += [plan.replace(tf32=True) for plan in plans]
    if short is not None:
        plans += [plan.replace(precision=short) for plan in plans if not plan.tf32]
    return plans


def thread_plans(best: Plan, config: "TrainConfig", device: "torch.device") -> list[Plan]:
    """The best format first, then the same with all cores, and with fewer threads."""
    plans = [best]
    if device.type == "cpu" and config.threads == 0:
        # The window needs little: where a second core makes every step faster, both may compute.
        plans += [best.replace(threads=usable_cores())] if usable_cores() > best.threads else []
        count = best.threads
        while count > 1:
            count = count // 2
            plans.append(best.replace(threads=count))
    return plans


def short_format(device: "torch.device") -> str | None:
    """The short number format that a device computes fast in; None if it has none."""
    import torch

    if device.type == "cpu":
        return "bf16" if has_short_instructions() else None
    if device.type == "cuda":
        return (
            "bf16"
            if has_tensor_cores(device)
            else ("fp16" if torch.cuda.get_device_capability(device)[0] >= 7 else None)
        )
    return {"xpu": "bf16", "mps": "fp16"}.get(device.type)


def has_tensor_cores(device: "torch.device") -> bool:
    """Does this NVIDIA GPU know bf16 and TF32?"""
    import torch

    return torch.cuda.get_device_capability(device) >= FIRST_TENSOR_CORES


def has_short_instructions() -> bool:
    """Has the processor instructions for bf16? Without them the format is emulated, and slow."""
    import torch

    known = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(bool(known.get(name)) for name in ("avx512_bf16", "amx_bf16", "amx_tile", "bf16", "arm_bf16"))


def has_compiler(device: "torch.device") -> bool:
    """Is there what torch.compile needs: Triton for a GPU, a C++ compiler for the processor?"""
    if device.type == "cpu":
        return any(shutil.which(name) for name in ("c++", "g++", "clang++", "cl"))
    if device.type in ("cuda", "xpu"):
        from torch.utils._triton import has_triton

        return bool(has_triton())
    return False


def has_wide_vectors(plan: Plan, device: "torch.device") -> bool:
    """Would this plan's code use vectors so wide that shorter ones could be faster: of 512 bits, for short numbers?"""
    import torch

    return device.type == "cpu" and plan.precision == "bf16" and "AVX512" in torch.backends.cpu.get_cpu_capability()
