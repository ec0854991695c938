"""How much memory a training needs: weights, gradients, optimiser, activations; forecast without using any."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cnnstudio.data.memory import available_bytes

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.training.recipe import OptimizerSpec

FLOAT_BYTES = 4
SHORT_SHARE = 0.6  # of the bytes that layers keep, in bf16 or fp16: normalisations keep some numbers long


@dataclass(frozen=True)
class MemoryForecast:
    """Bytes that a training step needs at its peak.

    Args:
        weights: Parameters and buffers.
        gradients: One number for each parameter that is trained.
        moments: What the optimiser remembers of each parameter.
        activations: What the forward pass keeps for the backward pass, for the whole batch.
        passing: The two largest tensors that exist for a moment while gradients travel back.
        copies: Of the weights: the best epoch's, and the average where weights are averaged.
    """

    weights: int
    gradients: int
    moments: int
    activations: int
    passing: int
    copies: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self._fixed + self.activations + self.passing

    @property
    def _fixed(self) -> int:
        return self.weights + self.gradients + self.moments + self.copies

    def largest_batch(self, batch: int, room: int) -> int:
        """How many images would fit into `room` bytes, if `batch` need this much; 0 if not even one does."""
        return max(0, int((room - self._fixed) / max(1, self.activations + self.passing) * batch))


def forecast_memory(
    graph: "NetworkGraph", optimizer: "OptimizerSpec", batch: int, *, is_short: bool = False, copies: int = 0
) -> MemoryForecast:
    """The need of one training step, from a pass over tensors that have a shape and no content.

    Args:
        batch: Images that go through at once.
        is_short: Layers compute in bf16 or fp16.
        copies: How many copies of the weights are kept beside them.
    """
    from cnnstudio.network.compile import Network

    with torch.device("meta"):
        network = Network(graph)
        one, two = (_kept(network.train(), torch.empty(n, *graph.input_shape)) for n in (2, 4))
    share = SHORT_SHARE if is_short else 1.0
    # From two sizes: what grows with the batch, apart from what doesn't.
    per_image = (two[0] - one[0]) / 2
    parameters = sum(p.numel() for p in network.parameters())
    weights = FLOAT_BYTES * (parameters + sum(b.numel() for b in network.buffers()))
    return MemoryForecast(
        weights=weights,
        gradients=FLOAT_BYTES * parameters,
        moments=FLOAT_BYTES * parameters * moments_of(optimizer),
        activations=int(share * per_image * batch),
        passing=int(share * 2 * one[1] / 2 * batch),
        copies=weights * copies,
    )


def moments_of(optimizer: "OptimizerSpec") -> int:
    """How many numbers an optimiser remembers for each weight: found by letting it make one step."""
    parameter = nn.Parameter(torch.zeros(3))
    built = optimizer.build([parameter])
    parameter.grad = torch.ones(3)
    built.step()
    return sum(isinstance(value, Tensor) and value.shape == (3,) for value in built.state[parameter].values())


def free_bytes(device: torch.device) -> int:
    """Memory that can be had on a device now."""
    if device.type == "cuda":
        # What torch holds and doesn't use is free for us too.
        held = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + held
    if device.type == "xpu":
        return int(torch.xpu.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory()) - int(torch.mps.driver_allocated_memory())
    return available_bytes()


def _kept(network: Any, images: Tensor) -> tuple[int, int]:
    """Bytes that a forward pass keeps for the backward pass, and the largest output of a layer."""
    largest = 0

    def look(module: nn.Module, inputs: Any, output: Any) -> None:
        nonlocal largest
        if isinstance(output, Tensor):
            largest = max(largest, output.numel() * output.element_size())

    hooks = [module.register_forward_hook(look) for module in network.modules() if not list(module.children())]
    with _saved() as kept:
        logits, sides = network.forward_with_auxiliary(images)
        nn.functional.cross_entropy(logits, torch.zeros(len(images), dtype=torch.long, device=images.device))
    del logits, sides
    for hook in hooks:
        hook.remove()
    return sum(kept.values()), largest


@contextmanager
def _saved() -> Iterator[dict[int, int]]:
    """Bytes of each storage that autograd saves in the block, but for the weights themselves."""
    kept: dict[int, int] = {}
    alive: list[Any] = []

    def pack(tensor: Tensor) -> Tensor:
        if not isinstance(tensor, nn.Parameter):
            storage = tensor.untyped_storage()
            # Alive, so that no other storage can take its address meanwhile.
            alive.append(storage)
            kept[storage._cdata] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield kept
