"""Orthogonal weights: nothing is stretched, nothing is squeezed."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import InitialisationSpec, initialisations

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

    def fill(self, module: "nn.Module") -> None:
        """Chance in the weights, zero in the biases."""
        from torch.nn import init

        layer: Any = module
        init.orthogonal_(layer.weight, gain=self.gain)
        if layer.bias is not None:
            init.zeros_(layer.bias)
