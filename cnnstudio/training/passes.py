"""Forward and backward pass of a batch, in as many parts as memory needs."""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cnnstudio.core.errors import RunError
from cnnstudio.training.plan import Plan
from cnnstudio.training.recipe import Loss

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    LossOf = Callable[[Tensor, Tensor], Tensor]


class Passes:
    """Fills in the gradients of a network for a batch.

    Args:
        loss: Of logits and targets; side outputs (GoogLeNet's heads) add theirs by their weight.
        parts: In how many parts a batch goes through the network; doubled whenever memory runs out.
        on_halved: Told in words when that happened.
        whole: Images of a part as long as memory suffices. Compiled code is made for this number and no other: an
            epoch's last, smaller batch would be compiled anew, which takes longer than many epochs of such batches.
    """

    def __init__(
        self,
        network: "nn.Module",
        loss: Loss,
        plan: Plan,
        device: "torch.device",
        parts: int,
        on_halved: Callable[[str], None],
        whole: int = 0,
    ) -> None:
        self.network, self.loss, self.parts = network, loss, parts
        self._plan, self._device, self._on_halved = plan, device, on_halved
        self._side_weights: dict[str, float] = getattr(network, "auxiliary", {})
        forward: Any = network.forward_with_auxiliary if self._side_weights else network
        self._forward, self._fast, self._whole = forward, plan.fast(forward), whole
        self._scaler = plan.scaler(device)
        self._buffers = Buffers(network)

    @property
    def scaler(self) -> "torch.amp.GradScaler | None":
        """What keeps fp16's gradients from vanishing; None for other formats."""
        return self._scaler

    def backward(self, images: "Tensor", targets: "Tensor", begin: Callable[[], None]) -> "tuple[Tensor, Tensor]":
        """Logits and mean loss of a batch, detached; the gradients are in the network's parameters, unscaled.

        Args:
            images: As the network gets them.
            targets: Class numbers, or shares of the classes.
            begin: Empties the gradients and seeds the step: called again when memory ran out.

        Raises:
            RunError: Memory runs out even with the smallest parts.
        """
        self._buffers.note()
        while True:
            begin()
            try:
                return self._in_parts(images, targets)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            # Behind the except block: the error's traceback holds the activations.
            self._halve(len(images))

    def look(self, images: "Tensor") -> None:
        """Pass images through the network as in training and leave no trace: for hooks, which compiled code lacks."""
        import torch

        self._buffers.note()
        with torch.no_grad(), self._plan.autocast(self._device):
            self._forward(images)
        self._buffers.put_back()

    def _in_parts(self, images: "Tensor", targets: "Tensor") -> "tuple[Tensor, Tensor]":
        import torch

        # Batch normalisation needs two images to measure a spread.
        parts = max(1, min(self.parts, len(images) // 2))
        if parts == 1:
            logits, loss = self._pass(images, targets, self.loss.mean)
        else:
            mass = self.loss.mass(targets)
            passed = [
                self._pass(*part, lambda logits, targets: self.loss.total(logits, targets) / mass)
                for part in zip(images.tensor_split(parts), targets.tensor_split(parts), strict=True)
            ]
            logits, loss = torch.cat([logits for logits, _ in passed]), torch.stack([loss for _, loss in passed]).sum()
        return logits, loss

    def _pass(self, images: "Tensor", targets: "Tensor", loss_of: "LossOf") -> "tuple[Tensor, Tensor]":
        with self._plan.autocast(self._device):
            out = (self._fast if len(images) == self._whole else self._forward)(images)
            logits, sides = out if self._side_weights else (out, {})
            loss = loss_of(logits.float(), targets)
            for node, side in sides.items():
                loss = loss + self._side_weights[node] * loss_of(side.float(), targets)
        (loss if self._scaler is None else self._scaler.scale(loss)).backward()
        return logits.detach(), loss.detach()

    def _halve(self, count: int) -> None:
        """Go back to before the step, and take half as many images at once from now on."""
        self._buffers.put_back()
        free_memory(self._device)
        if self.parts * 2 > max(1, count // 2):
            raise RunError(
                f"Memory ran out even with {max(2, count // self.parts)} images at once. The last checkpoint is safe.",
                hint="Use a smaller network, smaller images, or a device with more memory.",
            )
        self.parts *= 2
        text = f"Memory ran out: each batch goes through in {self.parts} parts from now on, whose gradients are added."
        if self._buffers.has_norms:
            text += " Batch normalisation measures each part by itself, so the run differs from one with more memory."
        self._on_halved(text)


class Buffers:
    """A copy of a network's running statistics, to go back to when a step is broken off."""

    def __init__(self, network: "nn.Module") -> None:
        kinds: dict[torch.dtype, list[Tensor]] = {}
        for buffer in network.buffers():
            kinds.setdefault(buffer.dtype, []).append(buffer)
        self._pairs = [([b.detach().clone() for b in buffers], buffers) for buffers in kinds.values()]

    @property
    def has_norms(self) -> bool:
        """True if the network keeps statistics over batches."""
        return bool(self._pairs)

    def note(self) -> None:
        """Remember them as they are: 33 µs for ResNet-20's 57."""
        import torch

        for copies, buffers in self._pairs:
            torch._foreach_copy_(copies, buffers)

    def put_back(self) -> None:
        """Go back to what was remembered."""
        import torch

        for copies, buffers in self._pairs:
            torch._foreach_copy_(buffers, copies)


def is_out_of_memory(error: BaseException) -> bool:
    """Does this error mean that memory ran out, on whatever device?"""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)


def free_memory(device: "torch.device") -> None:
    """Give back what the broken pass held."""
    import torch

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "xpu":
        torch.xpu.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
