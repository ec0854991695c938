"""AdaGrad: weights that were moved much are moved less."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import OptimizerSpec, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class AdaGrad(OptimizerSpec):
    """Divides every weight's step by the root of all its squared gradients so far: the rate only falls.

    Source: Duchi et al. 2011, Adaptive subgradient methods, JMLR 12.
    """

    title: ClassVar[str] = "AdaGrad"
    kind: Literal["adagrad"] = "adagrad"
    rate: float = setting(
        0.01,
        title="Learning rate",
        description="Length of a weight's very first step; later ones are shorter.",
        gt=0,
        le=1_000_000,
    )
    rate_decay: float = setting(
        0.0,
        title="Rate decay",
        description="The rate is divided by 1 + this × steps made.",
        ge=0,
        le=1,
        advanced=True,
    )
    start: float = setting(
        0.0,
        title="First sum",
        description="What the sums of squared gradients begin with; larger calms the first steps.",
        ge=0,
        le=1_000,
        advanced=True,
    )
    weight_decay: float = setting(
        0.0, title="Weight decay", description="Pull of every weight towards zero, against overfitting.", ge=0, le=1
    )

    def build(self, parameters: Any, *, fused: bool = False) -> "torch.optim.Optimizer":
        """torch.optim.Adagrad; its fused kernel is for processors only."""
        import torch

        return torch.optim.Adagrad(
            parameters,
            lr=self.rate,
            lr_decay=self.rate_decay,
            initial_accumulator_value=self.start,
            weight_decay=self.weight_decay,
        )
