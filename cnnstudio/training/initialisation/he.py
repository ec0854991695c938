"""Kaiming He's initialisation: the variance is kept through ReLU."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread, fans

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class He(InitialisationSpec):
    """Variance 2 / inputs of a unit, since ReLU drops half of what comes: deep ReLU networks learn with it.

    Source: He et al. 2015, arXiv:1502.01852, eq. 10 and 14."""

    title: ClassVar[str] = "He (MSRA)"
    kind: Literal["he"] = "he"
    fan: Literal["inputs", "outputs"] = setting(
        "inputs",
        title="Keep the size",
        description="Inputs keeps the size of signals forward, outputs that of gradients backward.",
        advanced=True,
    )
    shape: Literal["normal", "uniform"] = setting(
        "normal", title="Spread", description="Bell-shaped, or all numbers within a range equally often.", advanced=True
    )

    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """Variance 2 / inputs, or outputs."""
        inputs, outputs = fans(weight_shape)
        return Spread(math.sqrt(2 / (inputs if self.fan == "inputs" else outputs)), is_even=self.shape == "uniform")

    def fill(self, module: "nn.Module") -> None:
        """Chance in the weights, zero in the biases."""
        from torch.nn import init

        layer: Any = module
        fill = {"normal": init.kaiming_normal_, "uniform": init.kaiming_uniform_}[self.shape]
        fill(layer.weight, mode="fan_in" if self.fan == "inputs" else "fan_out", nonlinearity="relu")
        if layer.bias is not None:
            init.zeros_(layer.bias)
