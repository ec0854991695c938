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

LIMIT_S = 180.0
MEMORY_BYTES = 64_000_000_000  # of addresses: the compiler reserves many and uses few
WARM_UP, ROUNDS, ROUND_S = 2, 5, 0.4


def compiling_gain(subject: "Subject", plan: "Plan", ctx: "JobContext") -> float:
    """How many times faster a plan's steps are when compiled; 0 where compiling fails or takes minutes.

    Raises:
        Cancelled: The user stopped it.
    """
    parts = (subject.graph.to_json(), subject.config.to_json(), plan.to_json())
    sizes = (tuple(subject.images.shape[1:]), len(subject.classes))
    limits: dict[str, Any] = {"time_limit_s": LIMIT_S, "memory_bytes": MEMORY_BYTES, "libraries": ("torch",)}
    try:
        return run_in_child(measured_gain, *parts, *sizes, str(subject.device), ctx=ctx, **limits)
    except (ChildDied, ChildTooSlow):
        return 0.0


def measured_gain(graph: Any, config: Any, plan: Any, image: tuple[int, int, int], classes: int, device: str) -> float:
    """What `compiling_gain` does, in the child: both ways alternate, on images of noise of shape `image`."""
    import torch

    from cnnstudio.core.errors import RecipeError
    from cnnstudio.core.specs import parse_spec
    from cnnstudio.network.io import parse_graph
    from cnnstudio.training.config import TrainConfig
    from cnnstudio.training.plan import Plan

    recipe = parse_spec(TrainConfig, config, RecipeError, "recipe")
    plain = parse_spec(Plan, plan, RecipeError, "plan").replace(compile=False)
    network = parse_graph(graph, "network")
    images = torch.randn(recipe.batch, *image, device=device)
    labels = torch.randint(classes, (recipe.batch,), device=device)
    steps = [_Step(network, recipe, way, images, labels) for way in (plain, plain.replace(compile=True))]
    try:
        for step in steps:
            for _ in range(WARM_UP):
                step()
    except (RuntimeError, OSError):
        # What the compiler can't do is a way not to go; torch's own errors are all of these.
        return 0.0
    return statistics.median(steps[0].seconds() / steps[1].seconds() for _ in range(ROUNDS))


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

    def seconds(self) -> float:
        """Of one step: the mean over some tenths of a second."""
        from cnnstudio.training.subject import synchronize

        count, started_s = 0, time.perf_counter()
        while time.perf_counter() - started_s < ROUND_S:
            self()
            count += 1
        synchronize(self._images.device)
        return (time.perf_counter() - started_s) / count
