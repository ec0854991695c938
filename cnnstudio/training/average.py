"""A moving average of the weights: it is judged and kept in place of the weights that jump about."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn


class Average:
    """The weights' exponential moving average, statistics of batch normalisation included.

    Source: torch.optim.swa_utils; Polyak and Juditsky 1992.
    """

    def __init__(self, network: "nn.Module", memory: float) -> None:
        from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

        self._model: Any = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(memory), use_buffers=True)
        self._model.requires_grad_(False)

    @property
    def network(self) -> "nn.Module":
        """A network with the averaged weights."""
        module: nn.Module = self._model.module
        return module

    def update(self, network: "nn.Module") -> None:
        """Take one step's weights into the average."""
        self._model.update_parameters(network)

    def tensors(self) -> "dict[str, Tensor]":
        """What a checkpoint stores."""
        state: dict[str, Tensor] = self._model.state_dict()
        return state

    def restore(self, tensors: "dict[str, Tensor]", network: "nn.Module") -> None:
        """Go back to what a checkpoint stored; begin with the network's weights where it stored nothing."""
        if tensors:
            self._model.load_state_dict(tensors)
        else:
            self.network.load_state_dict(network.state_dict())
