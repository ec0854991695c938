"""All weights zero: to see that nothing is learnt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class Zero(InitialisationSpec):
    """Every unit is the same and stays the same: to see that a network needs chance to begin with."""

    title: ClassVar[str] = "Zero"
    kind: Literal["zero"] = "zero"

    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """None."""
        return Spread(0.0)

    def fill(self, module: "nn.Module") -> None:
        """Zero weights and biases."""
        from torch.nn import init

        layer: Any = module
        init.zeros_(layer.weight)
        if layer.bias is not None:
            init.zeros_(layer.bias)
