"""Adam: a step size of its own for every weight."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.adaptive import AdaptiveSpec
from cnnstudio.training.recipe import optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class Adam(AdaptiveSpec):
    """Scales every weight's step by the running size of its gradient.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 1.
    """

    title: ClassVar[str] = "Adam"
    kind: Literal["adam"] = "adam"
    weight_decay: float = setting(
        0.0, title="Weight decay", description="Pull of every weight towards zero, against overfitting.", ge=0, le=1
    )

    def build(self, parameters: Any, *, fused: bool = False) -> "torch.optim.Optimizer":
        """torch.optim.Adam."""
        import torch

        return torch.optim.Adam(parameters, **self.keywords(fused=fused))
