"""Mean squared error: how far are the outputs from what they should be?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import Loss, LossSpec, losses

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@losses.register
class MeanSquared(LossSpec):
    """Squared distance between the outputs and their targets, as in LeNet's time.

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, eq. 8, with one target an
    output instead of the paper's drawn digits.
    """

    title: ClassVar[str] = "Mean squared error"
    kind: Literal["mean_squared"] = "mean_squared"
    right: float = setting(
        1.0, title="Target, right class", description="What the output of the true class should be.", ge=-10, le=10
    )
    wrong: float = setting(
        -1.0, title="Target, others", description="What the outputs of all other classes should be.", ge=-10, le=10
    )

    def build(self, class_counts: Sequence[int], device: "torch.device") -> Loss:
        """The same for training and judging."""
        return self.judge()

    def judge(self) -> Loss:
        """The same for training and judging."""

        def mean(logits: "Tensor", targets: "Tensor") -> "Tensor":
            return (logits - self._wanted(logits, targets)).square().mean()

        def total(logits: "Tensor", targets: "Tensor") -> "Tensor":
            return (logits - self._wanted(logits, targets)).square().mean(1).sum()

        return Loss(mean, total, lambda targets: float(len(targets)))

    def problem(self, classes: int) -> str:
        """Nothing to tell apart."""
        return "The targets of the right class and of the others are equal." if self.right == self.wrong else ""

    def mended(self, classes: int) -> "tuple[str, MeanSquared]":
        """LeNet's."""
        return "Targets 1 and −1", self.replace(right=1.0, wrong=-1.0)

    def head_problem(self, kind: str, low: float, high: float) -> str:
        """Targets that the last layer can't give."""
        beyond = [target for target in (self.right, self.wrong) if not low <= target <= high]
        if not beyond:
            return ""
        return f"The network ends in a {kind}, which can't give the target {beyond[0]:g}: the loss stays high."

    def mended_for(self, low: float, high: float) -> "tuple[str, MeanSquared]":
        """Targets at the ends of the range."""
        right, wrong = min(1.0, high), max(-1.0, low)
        return f"Targets {right:g} and {wrong:g}", self.replace(right=right, wrong=wrong)

    def _wanted(self, logits: "Tensor", targets: "Tensor") -> "Tensor":
        from torch.nn import functional

        shares = targets if targets.is_floating_point() else functional.one_hot(targets, logits.shape[1])
        return self.wrong + (self.right - self.wrong) * shares.to(logits.dtype)
