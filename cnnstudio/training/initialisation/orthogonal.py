"""Orthogonal weights: nothing is stretched, nothing is squeezed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread, fans

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class Orthogonal(InitialisationSpec):
    """The rows of the weight matrix are perpendicular and equally long.

    Source: Saxe et al. 2013, arXiv:1312.6120."""

    title: ClassVar[str] = "Orthogonal"
    kind: Literal["orthogonal"] = "orthogonal"
    gain: float = setting(
        1.0,
        title="Gain",
        description="Length of the rows; 1.41 makes up for what ReLU drops.",
        gt=0,
        le=100,
    )

    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """Perpendicular rows (or columns, if those are fewer) of the gain's length share it among their values."""
        longer = max(weight_shape[0], fans(weight_shape)[0])
        return Spread(self.gain / math.sqrt(longer))

    def fill(self, module: "nn.Module") -> None:
        """Chance in the weights, zero in the biases."""
        from torch.nn import init

        layer: Any = module
        init.orthogonal_(layer.weight, gain=self.gain)
        if layer.bias is not None:
            init.zeros_(layer.bias)
