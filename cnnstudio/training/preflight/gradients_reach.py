"""Does every layer get a gradient, neither nothing nor next to nothing?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding, Fix

if TYPE_CHECKING:
    from torch import nn

    from cnnstudio.training.config import TrainConfig
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
        from cnnstudio.training.other_beginnings import mending_beginning

        sizes = gradient_sizes(subject, limit)
        if not sizes:
            return
        silent = [name for name, size in sizes.items() if size == 0]
        faint = [] if silent else faint_layers(sizes)
        fix = None
        if silent or faint:
            fix = mending_beginning(subject, limit, lambda network, config: _reaches_all(subject, limit, network))
        if silent:
            yield self._unreached(silent, subject.config, fix)
        elif faint:
            yield self.warn(
                f"The gradient of {_listed(faint)} is {min(sizes.values()) / max(sizes.values()):.0e} of the largest: "
                "it vanishes on its way back.",
                "Use ReLU instead of sigmoid or tanh, batch normalisation, shortcuts, or fewer layers.",
                fix,
            )

    def _unreached(self, silent: list[str], config: "TrainConfig", fix: Fix | None) -> Finding:
        text = f"No gradient reaches {_listed(silent)}: {'it' if len(silent) == 1 else 'they'} would never change."
        if config.initialisation.kind != "zero":
            hint = "Connect the branch to the output; look for layers behind it that are detached, dead, or all zero."
            return self.bad(text, hint, fix)
        random = config.replace(initialisation={"kind": "as_built"})
        hint = "All weights begin at zero, and zeros pass nothing on: let them begin with random numbers."
        return self.bad(text, hint, fix or Fix("Begin with random numbers", config=random))


def faint_layers(sizes: dict[str, float]) -> list[str]:
    """Those whose gradient is next to nothing beside the largest."""
    return [name for name, size in sizes.items() if size < VANISHED * max(sizes.values())]


def _reaches_all(subject: "Subject", limit: "TimeLimit", network: "nn.Module") -> bool:
    sizes = gradient_sizes(subject, limit, network)
    return all(sizes.values()) and not faint_layers(sizes)


def gradient_sizes(subject: "Subject", limit: "TimeLimit", of: "nn.Module | None" = None) -> dict[str, float]:
    """The largest root mean square gradient of each trainable weight over a few small steps, by layer.

    Args:
        of: Another network than the subject's.
    """
    import torch

    network = subject.copy(of)
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
    rest = len(names) - NAMED
    return f"{shown} and {rest:,} more layer{'s' if rest > 1 else ''}" if rest > 0 else shown
