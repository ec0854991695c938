"""Stochastic gradient descent with momentum."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import OptimizerSpec, decay_problem, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class Sgd(OptimizerSpec):
    """Steps against the gradient, with momentum: Δ ← μΔ − η∇L, θ ← θ + Δ.

    torch keeps Δ/η instead of Δ, which is the same as long as the rate is constant.
    """

    title: ClassVar[str] = "SGD"
    kind: Literal["sgd"] = "sgd"
    rate: float = setting(
        0.05,
        title="Learning rate",
        description="Length of a step; too large and the loss jumps or blows up, too small and nothing moves.",
        gt=0,
        le=1_000_000,
    )
    momentum: float = setting(
        0.9,
        title="Momentum",
        description="Share of the last step that is kept; 0.9 averages about ten.",
        ge=0,
        le=0.9999,
    )
    nesterov: bool = setting(
        False,
        title="Nesterov",
        description="Look at the gradient where momentum will carry the weights.",
        advanced=True,
    )
    weight_decay: float = setting(
        0.0, title="Weight decay", description="Pull of every weight towards zero, against overfitting.", ge=0, le=1
    )

    def problem(self, rate: float) -> str:
        """Nesterov's look ahead without momentum, and decay that takes more than there is."""
        if self.nesterov and self.momentum == 0:
            return "Nesterov looks where momentum will carry the weights, and the momentum is 0: it does nothing."
        return decay_problem(rate, self.weight_decay)

    def mended(self) -> "tuple[str, Sgd]":
        """With momentum, or with a usual decay."""
        if self.nesterov and self.momentum == 0:
            return "Momentum 0.9", self.replace(momentum=0.9)
        return "Weight decay 0.0005", self.replace(weight_decay=5e-4)

    def build(self, parameters: Any, *, fused: bool = False) -> "torch.optim.Optimizer":
        """torch.optim.SGD."""
        import torch

        nesterov = self.nesterov and self.momentum > 0
        return torch.optim.SGD(
            parameters,
            lr=self.rate,
            momentum=self.momentum,
            nesterov=nesterov,
            weight_decay=self.weight_decay,
            fused=fused or None,
        )
