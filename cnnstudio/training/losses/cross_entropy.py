"""Cross-entropy: how surprised is the network by the true class?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import field_validator

from cnnstudio.core.specs import setting
from cnnstudio.training.recipe import Loss, LossSpec, losses

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@losses.register
class CrossEntropy(LossSpec):
    """Minus the logarithm of the true class's probability: today's loss for classification."""

    title: ClassVar[str] = "Cross-entropy"
    kind: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: float = setting(
        0.0,
        title="Label smoothing",
        description="Share of each label that is spread over all classes; it keeps the network from being too sure.",
        ge=0,
        le=0.9,
    )
    weighting: Literal["none", "balanced"] = setting(
        "none",
        title="Class weights",
        description="Balanced counts an image the more, the rarer its class; none counts all alike.",
    )
    weights: tuple[float, ...] = setting(
        (),
        title="Own weights",
        description="One number a class, in the order of the classes; none for the choice above.",
        advanced=True,
    )

    @field_validator("weights")
    @classmethod
    def _are_positive(cls, weights: tuple[float, ...]) -> tuple[float, ...]:
        if any(weight < 0 for weight in weights) or (weights and not any(weights)):
            raise ValueError("class weights are numbers from 0 on, and not all of them 0")
        return weights

    def build(self, class_counts: Sequence[int], device: "torch.device") -> Loss:
        """With smoothing and weights."""
        import torch

        weights = self.class_weights(class_counts)
        return _loss(torch.tensor(weights, device=device) if weights else None, self.label_smoothing)

    def judge(self) -> Loss:
        """Plain cross-entropy, so that runs can be compared."""
        return _loss(None, 0.0)

    def class_weights(self, class_counts: Sequence[int]) -> tuple[float, ...]:
        """The weight of each class; empty if all count alike. Balanced: images / (classes × images of the class)."""
        if self.weights or self.weighting == "none":
            return self.weights
        total, classes = sum(class_counts), len(class_counts)
        return tuple(total / (classes * count) if count else 0.0 for count in class_counts)

    def problem(self, classes: int) -> str:
        """Weights for another number of classes, or for one class alone."""
        if self.weights and len(self.weights) != classes:
            return f"The loss has {len(self.weights):,} class weights and the data {classes:,} classes."
        if sum(weight > 0 for weight in self.weights) == 1 < classes:
            return "Only one class has a weight: the network would learn to call everything by it."
        return ""

    def mended(self, classes: int) -> "tuple[str, CrossEntropy]":
        """Without weights of its own."""
        return "No own weights", self.replace(weights=())

    def head_problem(self, kind: str, low: float, high: float) -> str:
        """It applies a softmax itself, to free numbers."""
        if kind in ("softmax", "sigmoid"):
            return f"The network ends in a {kind}, and cross-entropy applies a softmax itself: it can hardly learn."
        return (
            f"The network ends in a {kind}, and cross-entropy needs free numbers, negative ones too."
            if low == 0
            else ""
        )


def _loss(weights: "Tensor | None", smoothing: float) -> Loss:
    from torch.nn import functional

    def mean(logits: "Tensor", targets: "Tensor") -> "Tensor":
        return functional.cross_entropy(logits, targets, weights, label_smoothing=smoothing)

    def total(logits: "Tensor", targets: "Tensor") -> "Tensor":
        return functional.cross_entropy(logits, targets, weights, reduction="sum", label_smoothing=smoothing)

    def mass(targets: "Tensor") -> "Tensor | float":
        # torch divides by the weights of the true classes, but by the number of images where targets are shares.
        if weights is None or targets.is_floating_point():
            return float(len(targets))
        return weights[targets].sum()

    return Loss(mean, total, mass)
