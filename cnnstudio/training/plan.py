"""How a training computes on this machine: number format, memory layout, compiler, threads. The recipe says what."""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from cnnstudio.core.specs import Spec

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Precision = Literal["fp32", "bf16", "fp16"]


class Plan(Spec):
    """The fastest ways that were found to be safe here; the default is plain float32.

    Args:
        precision: Numbers in which layers compute; weights are float32 always.
        channels_last: Keep the channels of a pixel side by side, which convolutions like.
        compile: Let torch.compile fuse the layers.
        vector_bits: Width of the vectors in compiled code for a processor; 0 takes the widest that it has.
        threads: Threads of the processor; 0 leaves the number as it is.
        fused: Let one kernel update all weights.
        tf32: Let a GPU's matrix units round float32 to 19 bits.
        deterministic: Take only kernels that give the same bits each time.
        why: What was measured, in words; empty if nothing was.
    """

    precision: Precision = "fp32"
    channels_last: bool = False
    compile: bool = False
    vector_bits: int = 0
    threads: int = 0
    fused: bool = False
    tf32: bool = False
    deterministic: bool = False
    why: str = ""

    def apply(self, network: "nn.Module", device: "torch.device") -> "nn.Module":
        """Set threads and switches in this thread, and bring the network (the same object) into its layout."""
        import torch

        from cnnstudio.training.fused_norm import fuse_norms

        if self.threads:
            # OpenMP keeps the number per thread, so it's set here, in the thread that computes.
            torch.set_num_threads(self.threads)
        if device.type == "cuda":
            torch.backends.cuda.matmul.allow_tf32 = self.tf32
            torch.backends.cudnn.allow_tf32 = self.tf32
            torch.backends.cudnn.benchmark = not self.deterministic
        if self.deterministic != torch.are_deterministic_algorithms_enabled():
            # Two seconds of imports.
            torch.use_deterministic_algorithms(self.deterministic)
        if self.compile and device.type == "cpu":
            fuse_norms(network)
        network = network.to(device)
        # nn.Module.to knows the layout only as a keyword that its stub leaves out.
        move: Any = network.to
        return move(memory_format=torch.channels_last) if self.channels_last else network

    def fast(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function compiled, if the plan says so; state-dict keys stay, since the network itself isn't wrapped."""
        if not self.compile:
            return function
        import torch

        _prepare_compiler()
        options: dict[str, Any] = {"cpp.simdlen": self.vector_bits} if self.vector_bits else {}
        # Once for the one shape that it is called with: code for any shape is slower.
        return torch.compile(function, dynamic=False, options=options or None)

    def place(self, images: "Tensor") -> "Tensor":
        """A batch in the layout that the network has."""
        import torch

        return images.contiguous(memory_format=torch.channels_last) if self.channels_last else images

    def autocast(self, device: "torch.device") -> "contextlib.AbstractContextManager[Any]":
        """Around forward pass and loss: layers that gain by it compute in the short format."""
        import torch

        if self.precision == "fp32":
            return contextlib.nullcontext()
        short = torch.bfloat16 if self.precision == "bf16" else torch.float16
        return torch.autocast(device.type, dtype=short)

    def scaler(self, device: "torch.device") -> "torch.amp.GradScaler | None":
        """What keeps small gradients from vanishing in fp16; the other formats need none."""
        import torch

        return torch.amp.GradScaler(device.type) if self.precision == "fp16" else None


def _prepare_compiler() -> None:
    """Let the compiler keep its code beside the other caches, say nothing, and leave nothing behind."""
    import logging
    import os
    import threading

    import torch._dynamo.config as compiler
    from tqdm import tqdm

    from cnnstudio.core.paths import cache_dir

    # Collecting garbage is the window's business, and stops all threads for half a second here.
    compiler.run_gc_after_compile = False

    # A resume after a restart of the machine finds the compiled code again.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache_dir() / "compiled"))
    # It looks for CUDA's compiler and says on stderr that there is none.
    logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
    # torch shows progress by tqdm, whose own lock is one for processes: it needs a process that cleans up after it.
    tqdm.set_lock(threading.RLock())
