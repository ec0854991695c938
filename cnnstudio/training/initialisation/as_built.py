"""Leave the weights as the architecture made them."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread, fans

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class AsBuilt(InitialisationSpec):
    """PyTorch's own: uniform numbers within 1/√(inputs of a unit), for weights and biases."""

    title: ClassVar[str] = "As PyTorch has it"
    kind: Literal["as_built"] = "as_built"

    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """PyTorch's Kaiming uniform with a = √5 has the variance 1 / (3 · inputs)."""
        return Spread(1 / math.sqrt(3 * fans(weight_shape)[0]), is_even=True)

    def fill(self, module: "nn.Module") -> None:
        """Nothing."""
