"""Are the gradients right? Compared with differences of the loss, in 64-bit numbers, on two images."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from cnnstudio.training.subject import Subject, TimeLimit

IMAGES, MOST_LAYERS = 2, 12
STEPS = (1e-5, 1e-7)
TOLERANCE = 1e-3


@checks.register
class GradientExact(Check):
    """(L(w + εv) − L(w − εv)) / 2ε against ∇L·v, for a random direction v in some layers, first and last among them.

    A kink (ReLU, max pool) between the two points spoils a difference; a smaller ε then settles it.
    """

    title: ClassVar[str] = "Gradient against differences"
    kind: Literal["gradient_exact"] = "gradient_exact"
    order: ClassVar[int] = 50
    most_s: ClassVar[float] = 4.0

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        errors = gradient_errors(subject, limit)
        wrong = {name: error for name, error in errors.items() if not error < TOLERANCE}
        if wrong:
            name, error = max(wrong.items(), key=lambda item: item[1])
            yield self.bad(
                f"The gradient of '{name}' is off by {100 * error:.0f} % from the difference of the losses.",
                "The layer, or what follows it, doesn't pass gradients back rightly: a detached branch, or a fault.",
            )
        elif errors:
            worst = max(errors.values())
            yield self.note(f"Gradients agree with differences of the loss to {worst:.0e} in {len(errors)} layers.")


def gradient_errors(subject: "Subject", limit: "TimeLimit") -> dict[str, float]:
    """Relative difference between gradient and difference quotient, by layer."""
    import torch

    # Evaluation mode: batch statistics of two images would make the loss jumpy.
    # Apple's GPUs know no 64-bit numbers, nor do many of Intel's.
    device = "cpu" if subject.device.type in ("mps", "xpu") else subject.device
    network = subject.copy().to(device).double().eval()
    images, labels = subject.images[:IMAGES].to(device).double(), subject.safe_labels[:IMAGES].to(device)

    def loss() -> "Tensor":
        return subject.loss(network, images, labels)

    named = [(n, p) for n, p in network.named_parameters() if p.requires_grad and n.endswith("weight")]
    loss().backward()
    generator = torch.Generator().manual_seed(0)
    errors: dict[str, float] = {}
    for name, parameter in _spread(named):
        if limit.is_up:
            break
        direction = torch.randn(parameter.shape, generator=generator, dtype=torch.float64).to(parameter.device)
        grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        slope = float((grad * direction).sum())
        errors[name.rpartition(".")[0]] = min(_error(loss, parameter, direction, slope, step) for step in STEPS)
    return errors


def _spread(named: "list[tuple[str, torch.nn.Parameter]]") -> "list[tuple[str, torch.nn.Parameter]]":
    """Up to MOST_LAYERS of them, evenly taken."""
    if len(named) <= MOST_LAYERS:
        return named
    return [named[round(i * (len(named) - 1) / (MOST_LAYERS - 1))] for i in range(MOST_LAYERS)]


def _error(loss: "object", parameter: "torch.nn.Parameter", direction: "Tensor", slope: float, step: float) -> float:
    import torch

    assert callable(loss)
    scale = step * max(1e-3, float(parameter.detach().abs().mean()))
    values = []
    with torch.no_grad():
        kept = parameter.clone()
        for sign in (1, -1):
            parameter.copy_(kept + sign * scale * direction)
            values.append(float(loss()))
        parameter.copy_(kept)
    numeric = (values[0] - values[1]) / (2 * scale)
    # Below this, rounding of the loss itself is what is seen.
    noise = 1e-14 * max(1.0, abs(values[0])) / scale
    difference, size = abs(numeric - slope), max(abs(numeric), abs(slope), noise / TOLERANCE)
    return difference / size if math.isfinite(difference) else math.inf
