"""Leave the weights as the architecture made them."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.recipe import InitialisationSpec, initialisations

if TYPE_CHECKING:
    from torch import nn


@initialisations.register
class AsBuilt(InitialisationSpec):
    """PyTorch's own: uniform numbers within 1/√(inputs of a unit), for weights and biases."""

    title: ClassVar[str] = "As PyTorch has it"
    kind: Literal["as_built"] = "as_built"

    def fill(self, module: "nn.Module") -> None:
        """Nothing."""
