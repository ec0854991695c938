"""RMSProp: each weight's step is divided by the running size of its gradient."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import OptimizerSpec, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class RmsProp(OptimizerSpec):
    """AdaGrad that forgets: the size of a gradient is a running mean, so the rate doesn't die out.

    Source: Tieleman and Hinton 2012, Neural networks for machine learning, lecture 6e.
    """

    title: ClassVar[str] = "RMSProp"
    kind: Literal["rmsprop"] = "rmsprop"
    rate: float = setting(
        0.001,
        title="Learning rate",
        description="Roughly how far a weight moves in one step; 0.001 suits most networks.",
        gt=0,
        le=1_000_000,
    )
    memory: float = setting(
        0.99,
        title="Memory",
        description="Memory of the squared gradient; 0.99 averages about a hundred steps.",
        ge=0,
        le=0.99999,
    )
    momentum: float = setting(
        0.0,
        title="Momentum",
        description="Share of the last step that is kept; 0.9 averages about ten.",
        ge=0,
        le=0.9999,
    )
    epsilon: float = setting(
        1e-8,
        title="Epsilon",
        description="Keeps a weight with tiny gradients from taking huge steps.",
        gt=0,
        le=1,
        advanced=True,
    )
    centered: bool = setting(
        False,
        title="Centred",
        description="Divide by the spread of the gradient instead of its size.",
        advanced=True,
    )
    weight_decay: float = setting(
        0.0, title="Weight decay", description="Pull of every weight towards zero, against overfitting.", ge=0, le=1
    )

    def build(self, parameters: Any, *, fused: bool = False) -> "torch.optim.Optimizer":
        """torch.optim.RMSprop, which has no fused kernel."""
        import torch

        return torch.optim.RMSprop(
            parameters,
            lr=self.rate,
            alpha=self.memory,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            momentum=self.momentum,
            centered=self.centered,
        )
