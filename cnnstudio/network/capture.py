"""Look at what layers put out, without leaving a trace in the network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnstudio.network.compile import Network


@contextmanager
def capture(network: "Network", node_ids: Sequence[str], *, with_grad: bool = False) -> "Iterator[dict[str, Tensor]]":
    """The outputs of these nodes in the last forward pass, as a dict that fills while the block runs.

    No hook is left behind, whatever happens in the block.

    Args:
        network: The compiled network.
        node_ids: Which nodes to look at.
        with_grad: Keep the outputs in the autograd graph, so that `torch.autograd.grad(logit, output)` works;
            otherwise they are detached.

    Raises:
        GraphError: There is no such node.
    """
    outputs: dict[str, Tensor] = {}
    modules = {node_id: network.module_of(node_id) for node_id in node_ids}
    hooks = []
    try:
        for node_id, module in modules.items():
            hooks.append(module.register_forward_hook(_keeper(outputs, node_id, with_grad)))
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()


def _keeper(outputs: "dict[str, Tensor]", node_id: str, with_grad: bool) -> Any:
    def keep(module: "nn.Module", inputs: Any, output: "Tensor") -> None:
        outputs[node_id] = output if with_grad else output.detach()

    return keep
