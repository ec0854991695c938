"""Xavier Glorot's initialisation: neither forward nor backward does the variance grow."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread, fans

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class Xavier(InitialisationSpec):
    """Variance 2 / (inputs + outputs of a unit): signals and gradients keep their size through tanh layers.

    Source: Glorot and Bengio 2010, Understanding the difficulty of training deep networks, eq. 12 and 16."""

    title: ClassVar[str] = "Xavier (Glorot)"
    kind: Literal["xavier"] = "xavier"
    shape: Literal["normal", "uniform"] = setting(
        "normal", title="Spread", description="Bell-shaped, or all numbers within a range equally often.", advanced=True
    )

    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """Variance 2 / (inputs + outputs)."""
        return Spread(math.sqrt(2 / sum(fans(weight_shape))), is_even=self.shape == "uniform")

    def fill(self, module: "nn.Module") -> None:
        """Chance in the weights, zero in the biases."""
        from torch.nn import init

        layer: Any = module
        {"normal": init.xavier_normal_, "uniform": init.xavier_uniform_}[self.shape](layer.weight)
        if layer.bias is not None:
            init.zeros_(layer.bias)
