"""Telling that a device broke down, as opposed to a fault of the program: its process can't compute on it any more."""

from cnnstudio.core.errors import RunError

SIGNS = (
    "cuda error",
    "device-side assert",
    "cublas_status",
    "cudnn_status",
    "cudnn error",
    "nccl error",
    "mps backend",
    "level_zero backend",
    "ur_result_error",
)


def device_failure(error: BaseException) -> RunError | None:
    """What to tell the user if the device broke down (illegal access, lost, reset); None for any other error."""
    import torch

    is_device = isinstance(error, torch.AcceleratorError) or (
        isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in SIGNS)
    )
    if not is_device:
        return None
    first = (str(error).strip().splitlines() or ["no message"])[0]
    return RunError(
        f"The device broke down: {first} What was saved before is safe.",
        hint="Start CNN Studio anew and resume the run there, or set its device to cpu.",
    )
