"""Does torch.compile pay for this network? Tried in a process of its own.

That process can be ended at any moment and may crash; the code that it compiled stays in the compiler's cache, where
the training finds it within seconds.
"""

import statistics
import time
from typing import TYPE_CHECKING, Any

from cnnstudio.core.children import ChildDied, ChildTooSlow, run_in_child

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.core.jobs import JobContext
    from cnnstudio.training.plan import Plan
    from cnnstudio.training.subject import Subject

LIMIT_S = 240.0
MEMORY_BYTES = 64_000_000_000  # of addresses: the compiler reserves many and uses few
WARM_UP, ROUNDS, ROUND_S = 2, 5, 0.4
NARROW_BITS = 256


def compiled_plan(subject: "Subject", plan: "Plan", ctx: "JobContext") -> tuple["Plan", float]:
    """A plan with compiled code, and how many times faster its steps are; 0 where compiling fails or takes minutes.

    Compiled code may like another layout than torch's own kernels: where the recipe leaves it open, both are tried.

    Raises:
        Cancelled: The user stopped it.
    """
    ways = [plan.replace(compile=True)]
    if subject.config.channels_last == "auto" and not plan.channels_last:
        ways.append(plan.replace(compile=True, channels_last=True))
    return _best_of(subject, plan, ways, ctx)


def narrowed_plan(subject: "Subject", plan: "Plan", ctx: "JobContext") -> tuple["Plan", float]:
    """A compiled plan with shorter vectors, and how many times faster than the given one its steps are; 0 as above.

    A vector of 512 bits holds 32 numbers of 16 bits. Layers with 16 channels fill half of one, behind a mask that costs
    more than the other half gains; other networks lose a quarter of their speed with shorter ones: so it's measured.

    Raises:
        Cancelled: The user stopped it.
    """
    return _best_of(subject, plan, [plan.replace(vector_bits=NARROW_BITS)], ctx)


def _best_of(subject: "Subject", plan: "Plan", ways: "list[Plan]", ctx: "JobContext") -> tuple["Plan", float]:
    parts = (subject.graph.to_json(), subject.config.to_json(), [way.to_json() for way in (plan, *ways)])
    sizes = (tuple(subject.images.shape[1:]), len(subject.classes))
    limits: dict[str, Any] = {"time_limit_s": LIMIT_S, "memory_bytes": MEMORY_BYTES, "libraries": ("torch",)}
    try:
        gains = run_in_child(measured_gains, *parts, *sizes, str(subject.device), ctx=ctx, **limits)
    except (ChildDied, ChildTooSlow):
        return plan, 0.0
    best = max(range(len(ways)), key=gains.__getitem__)
    return ways[best], gains[best]


def measured_gains(
    graph: Any, config: Any, plans: list[Any], image: tuple[int, int, int], classes: int, device: str
) -> list[float]:
    """How many times faster than the first plan each of the others is, in the child; 0 for those that fail.

    Args:
        image: Shape of an image; the images are noise.
    """
    import torch

    from cnnstudio.core.errors import RecipeError
    from cnnstudio.core.specs import parse_spec
    from cnnstudio.network.io import parse_graph
    from cnnstudio.training.config import TrainConfig
    from cnnstudio.training.plan import Plan

    recipe = parse_spec(TrainConfig, config, RecipeError, "recipe")
    images = torch.randn(recipe.batch, *image, device=device)
    labels = torch.randint(classes, (recipe.batch,), device=device)
    network = parse_graph(graph, "network")
    ways = [parse_spec(Plan, plan, RecipeError, "plan") for plan in plans]
    plain, *others = (_Step(network, recipe, way, images, labels) for way in ways)
    plain.warm_up()
    return [_gain(plain, other) for other in others]


def _gain(plain: "_Step", other: "_Step") -> float:
    try:
        other.warm_up()
    except (RuntimeError, OSError):
        # What the compiler can't do is a way not to go; torch's own errors are all of these.
        return 0.0
    return statistics.median(plain.seconds() / other.seconds() for _ in range(ROUNDS))


class _Step:
    """A step of training, as the trainer makes it."""

    def __init__(self, graph: Any, config: Any, plan: "Plan", images: "Tensor", labels: "Tensor") -> None:
        from cnnstudio.network.compile import compile_network
        from cnnstudio.training.layer_rules import freeze
        from cnnstudio.training.passes import Passes
        from cnnstudio.training.stepping import build_optimizer

        network = plan.apply(compile_network(graph, seed=config.seed), images.device)
        freeze(network, config.layers)
        network.train()
        self._optimizer = build_optimizer(network, config, plan)
        parts, loss = config.regularisation.parts, config.loss.judge()
        whole = config.batch // max(1, parts)
        self._passes = Passes(network, loss, plan, images.device, parts, lambda text: None, whole)
        self._images, self._labels = plan.place(images), labels

    def __call__(self) -> None:
        self._passes.backward(self._images, self._labels, lambda: self._optimizer.zero_grad(set_to_none=True))
        self._optimizer.step()

    def warm_up(self) -> None:
        """Compile, and get memory."""
        for _ in range(WARM_UP):
            self()

    def seconds(self) -> float:
        """Of one step: the mean over some tenths of a second."""
        from cnnstudio.training.subject import synchronize

        count, started_s = 0, time.perf_counter()
        while time.perf_counter() - started_s < ROUND_S:
            self()
            count += 1
        synchronize(self._images.device)
        return (time.perf_counter() - started_s) / count
