"""Large normal weights: to see units saturate and losses blow up."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class LargeNormal(InitialisationSpec):
    """Normal numbers far too large for deep networks: to see units saturate and losses blow up."""

    title: ClassVar[str] = "Large normal"
    kind: Literal["large_normal"] = "large_normal"
    deviation: float = setting(1.0, title="Deviation", description="Standard deviation of the weights.", ge=0.1, le=100)

    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """The same for every layer."""
        return Spread(self.deviation)

    def fill(self, module: "nn.Module") -> None:
        """Chance in the weights, zero in the biases."""
        from torch.nn import init

        layer: Any = module
        init.normal_(layer.weight, std=self.deviation)
        if layer.bias is not None:
            init.zeros_(layer.bias)
