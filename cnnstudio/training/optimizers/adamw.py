"""AdamW: Adam whose weight decay is no part of the gradient."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.adaptive import AdaptiveSpec
from cnnstudio.training.recipe import decay_problem, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class AdamW(AdaptiveSpec):
    """Adam that shrinks the weights directly, so that decay is as strong for every weight.

    Source: Loshchilov and Hutter 2017, arXiv:1711.05101, algorithm 2.
    """

    title: ClassVar[str] = "AdamW"
    kind: Literal["adamw"] = "adamw"
    weight_decay: float = setting(
        0.01, title="Weight decay", description="Share of the rate by which each weight shrinks in a step.", ge=0, le=1
    )

    def problem(self, rate: float) -> str:
        """Decay that takes more than there is."""
        return decay_problem(rate, self.weight_decay)

    def mended(self) -> "tuple[str, AdamW]":
        """With a usual decay."""
        return "Weight decay 0.01", self.replace(weight_decay=0.01)

    def build(self, parameters: Any, *, fused: bool = False) -> "torch.optim.Optimizer":
        """torch.optim.AdamW."""
        import torch

        return torch.optim.AdamW(parameters, **self.keywords(fused=fused))
