"""AdamW: Adam whose weight decay is no part of the gradient."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import OptimizerSpec, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class AdamW(OptimizerSpec):
    """Adam that shrinks the weights directly, so that decay is as strong for every weight.

    Source: Loshchilov and Hutter 2017, arXiv:1711.05101, algorithm 2.
    """

    title: ClassVar[str] = "AdamW"
    kind: Literal["adamw"] = "adamw"
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
        0.01, title="Weight decay", description="Share of the rate by which each weight shrinks in a step.", ge=0, le=1
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
        """torch.optim.AdamW."""
        import torch

        return torch.optim.AdamW(
            parameters,
            lr=self.rate,
            betas=(self.beta1, self.beta2),
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            fused=fused or None,
        )
