"""Small normal weights, as AlexNet began."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import InitialisationSpec, initialisations
from cnnstudio.training.spread import Spread

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class SmallNormal(InitialisationSpec):
    """Normal numbers of one size for all layers: enough for eight layers, too little for thirty.

    Source: Krizhevsky et al. 2012, section 5: 0.01."""

    title: ClassVar[str] = "Small normal"
    kind: Literal["small_normal"] = "small_normal"
    deviation: float = setting(0.01, title="Deviation", description="Standard deviation of the weights.", gt=0, le=0.1)

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
