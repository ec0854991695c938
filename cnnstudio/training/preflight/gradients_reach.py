"""Does every layer get a gradient, neither nothing nor next to nothing?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding

if TYPE_CHECKING:
    from torch import nn

    from cnnstudio.training.subject import Subject, TimeLimit

IMAGES, STEPS, RATE = 32, 3, 1e-3
# Sigmoids divide by at least 4 a layer: ten of them are a million times.
VANISHED = 1e-7
NAMED = 4


@checks.register
class GradientsReach(Check):
    """Some steps are made, since weights that begin at zero pass no gradient on in the first one."""

    title: ClassVar[str] = "Gradients reach every layer"
    kind: Literal["gradients_reach"] = "gradients_reach"
    order: ClassVar[int] = 40

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        sizes = gradient_sizes(subject, limit)
        if not sizes:
            return
        silent = [name for name, size in sizes.items() if size == 0]
        if silent:
            yield self.bad(
                f"No gradient reaches {_listed(silent)}: {'it' if len(silent) == 1 else 'they'} would never change.",
                "Connect the branch to the output; look for layers behind it that are detached, dead, or all zero.",
            )
            return
        largest = max(sizes.values())
        faint = [name for name, size in sizes.items() if size < VANISHED * largest]
        if faint:
            yield self.warn(
                f"The gradient of {_listed(faint)} is {min(sizes.values()) / largest:.0e} of the largest: "
                "it vanishes on its way back.",
                "Use ReLU instead of sigmoid or tanh, batch normalisation, shortcuts, or fewer layers.",
            )


def gradient_sizes(subject: "Subject", limit: "TimeLimit") -> dict[str, float]:
    """The largest root mean square gradient of each trainable weight over a few small steps, by layer."""
    import torch

    network = subject.copy()
    count = subject.affordable(max(0.1, limit.left_s / (STEPS + 1)), min(IMAGES, subject.config.batch))
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=RATE)
    sizes: dict[str, float] = {}
    for step in range(STEPS):
        optimizer.zero_grad(set_to_none=True)
        chosen = slice(step * count % len(subject.images), None)
        images, labels = subject.images[chosen][:count], subject.safe_labels[chosen][:count]
        subject.loss(network, images, labels).backward()
        for name, size in _sizes(network).items():
            sizes[name] = max(size, sizes.get(name, 0.0))
        if all(sizes.values()) or limit.is_up:
            break
        optimizer.step()
    return sizes


def _sizes(network: "nn.Module") -> dict[str, float]:
    found: dict[str, float] = {}
    for name, parameter in network.named_parameters():
        layer, _, kind = name.rpartition(".")
        if parameter.requires_grad and kind == "weight":
            grad = parameter.grad
            found[layer] = 0.0 if grad is None else float(grad.float().square().mean().sqrt())
    return found


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:NAMED])
    return f"{shown} and {len(names) - NAMED:,} more layers" if len(names) > NAMED else shown
