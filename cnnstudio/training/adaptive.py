"""What Adam and its relatives have in common."""

from abc import ABC
from typing import Any

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import OptimizerSpec


class AdaptiveSpec(OptimizerSpec, ABC):
    """An optimiser that scales every weight's step by running means of its gradient and of the gradient's square."""

    rate: float = setting(
        0.001,
        title="Learning rate",
        description="Roughly how far a weight moves in one step; 0.001 suits most networks.",
        gt=0,
        le=1_000_000,
    )
    beta1: float = setting(
        0.9, title="Beta 1", description="Memory of the mean gradient.", ge=0, le=0.9999, advanced=True
    )
    beta2: float = setting(
        0.999, title="Beta 2", description="Memory of the squared gradient.", ge=0, le=0.999999, advanced=True
    )
    weight_decay: float
    epsilon: float = setting(
        1e-8,
        title="Epsilon",
        description="Keeps a weight with tiny gradients from taking huge steps.",
        gt=0,
        le=1,
        advanced=True,
    )

    def keywords(self, *, fused: bool) -> dict[str, Any]:
        """The settings under the names that torch.optim has for them."""
        return {
            "lr": self.rate,
            "betas": (self.beta1, self.beta2),
            "eps": self.epsilon,
            "weight_decay": self.weight_decay,
            "fused": fused or None,
        }
