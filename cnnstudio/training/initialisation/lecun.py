"""LeCun's initialisation: the variance of the inputs is kept."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread, fans

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class LeCun(InitialisationSpec):
    """Normal numbers with the variance 1 / inputs of a unit: for tanh, and what SELU needs to normalise itself.

    Source: LeCun et al. 1998, Efficient BackProp, eq. 16; Klambauer et al. 2017, arXiv:1706.02515."""

    title: ClassVar[str] = "LeCun (SELU's own)"
    kind: Literal["lecun"] = "lecun"

    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """Variance 1 / inputs."""
        return Spread(1 / math.sqrt(fans(weight_shape)[0]))

    def fill(self, module: "nn.Module") -> None:
        """Chance in the weights, zero in the biases."""
        from torch.nn import init

        layer: Any = module
        # kaiming_normal_ with the gain 1 is the variance 1 / fan_in.
        init.kaiming_normal_(layer.weight, nonlinearity="linear")
        if layer.bias is not None:
            init.zeros_(layer.bias)
