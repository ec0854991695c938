"""Adam: a step size of its own for every weight."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import OptimizerSpec, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class Adam(OptimizerSpec):
    """Scales every weight's step by the running size of its gradient.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 1.
    """

    title: ClassVar[str] = "Adam"
    kind: Literal["adam"] = "adam"
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
    weight_decay: float = setting(
        0.0, title="Weight decay", description="Pull of every weight towards zero, against overfitting.", ge=0, le=1
    )

    epsilon: float = setting(
        1e-8,
        title="Epsilon",
        description="Keeps a weight with tiny gradients from taking huge steps.",
        gt=0,
        le=1,
        advanced=True,
    )

    def build(self, parameters: Any, *, fused: bool = False) -> "torch.optim.Optimizer":
        """torch.optim.Adam."""
        import torch

        return torch.optim.Adam(
            parameters,
            lr=self.rate,
            betas=(self.beta1, self.beta2),
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            fused=fused or None,
        )
