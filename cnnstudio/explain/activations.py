"""What each layer makes of one picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.explain.base import evaluating, to_array

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.network.compile import Network


def activations(
    network: "Network", x: "Tensor", nodes: Sequence[str] | None = None
) -> dict[str, npt.NDArray[np.float32]]:
    """The outputs of some layers for one picture, from a single forward pass.

    Args:
        network: Left as it was.
        x: One normalised picture, shape (1, C, H, W).
        nodes: Which layers; all of them if left out. Those of side heads have no outputs: only training uses them.

    Returns:
        Layer to feature maps of shape (C, h, w), or to numbers of shape (F,) behind a Flatten.
    """
    import torch

    from cnnstudio.network.capture import capture

    wanted = list(network.graph.order()) if nodes is None else list(nodes)
    with evaluating(network), torch.no_grad(), capture(network, wanted) as outputs:
        network(x)
        return {node: to_array(outputs[node][0]) for node in wanted if node in outputs}
