"""What the checks before a training look at: the network, a handful of images as it gets them, and the recipe."""

import copy
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.preprocess import normalise
from cnnstudio.training.layer_rules import freeze
from cnnstudio.training.plan import Plan
from cnnstudio.training.stepping import build_optimizer

if TYPE_CHECKING:
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.data.spec import DataSpec
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.training.config import TrainConfig
    from cnnstudio.training.recipe import Loss

SAMPLED_IMAGES = 512
PLAIN = Plan()


class TimeLimit:
    """How long a check may take; asking also stops it if the user wants that."""

    def __init__(self, ctx: JobContext, seconds: float) -> None:
        self._ctx = ctx
        self._end_s = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds that are left; raises Cancelled if the user asked to stop."""
        self._ctx.check()
        return self._end_s - time.monotonic()

    @property
    def is_up(self) -> bool:
        """True once no time is left."""
        return self.left_s <= 0

    def part(self, seconds: float) -> "TimeLimit":
        """A shorter limit within this one."""
        return TimeLimit(self._ctx, min(seconds, self.left_s))


@dataclass(frozen=True, eq=False)
class Subject:
    """A training that is about to begin. Checks change nothing of it: they work on `copy()`.

    Args:
        network: Compiled, with the weights of the first step, on the device.
        images: Some training images, normalised, shape (n, C, H, W), on the device.
        labels: Their classes, int64, shape (n,).
        classes: Class names.
        counts: Training and validation images in all.
    """

    graph: "NetworkGraph"
    config: "TrainConfig"
    data: "DataSpec"
    network: nn.Module
    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    counts: tuple[int, int]

    @property
    def device(self) -> torch.device:
        """Where it would be trained."""
        return self.images.device

    @cached_property
    def chance_loss(self) -> float:
        """Cross-entropy of somebody who knows nothing: ln of the number of classes."""
        return float(np.log(max(2, len(self.classes))))

    @cached_property
    def image_s(self) -> float:
        """Seconds that a forward and backward pass takes for one image, from two small passes."""
        network, count = self.copy(), min(4, len(self.images))
        self.loss(network, self.images[:count], self.safe_labels[:count]).backward()
        started_s = time.monotonic()
        self.loss(network, self.images[:count], self.safe_labels[:count]).backward()
        synchronize(self.device)
        return max(1e-6, (time.monotonic() - started_s) / count)

    @cached_property
    def safe_labels(self) -> Tensor:
        """The labels, with those that the network has no output for moved into its range."""
        with torch.no_grad():
            outputs = self.copy()(self.images[:2]).shape[1]
        return self.labels.clamp(0, outputs - 1)

    @property
    def is_cross_entropy(self) -> bool:
        """True if the loss applies a softmax itself."""
        return self.config.loss.kind == "cross_entropy"

    @cached_property
    def _loss(self) -> "Loss":
        return self.config.loss.judge()

    def loss(self, network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        """The recipe's mean loss, without smoothing and class weights; side outputs add theirs, as in training."""
        sides: dict[str, float] = getattr(network, "auxiliary", {})
        if not sides:
            return self._loss.mean(network(images), labels)
        compiled: Any = network
        logits, side_logits = compiled.forward_with_auxiliary(images)
        loss = self._loss.mean(logits, labels)
        for node, values in side_logits.items():
            loss = loss + sides[node] * self._loss.mean(values, labels)
        return loss

    def optimizer(self, network: nn.Module, config: "TrainConfig | None" = None, plan: Plan = PLAIN) -> Any:
        """A recipe's optimiser for a copy of the network: the subject's own recipe if no other is given."""
        return build_optimizer(network, config or self.config, plan)

    def copy(self, of: nn.Module | None = None) -> nn.Module:
        """A copy of the network, or of another, in training mode without dropout, which would only blur things."""
        network = copy.deepcopy(self.network if of is None else of).train()
        for module in network.modules():
            if isinstance(module, _DropoutNd):
                module.eval()
        return network

    def affordable(self, seconds: float, most: int) -> int:
        """How many images can be passed forward and backward in so many seconds: 2 to `most`."""
        return max(2, min(most, len(self.images), int(seconds / self.image_s)))


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was told: a clock read before that measures nothing."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "xpu":
        torch.xpu.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def prepare(dataset: "Dataset", graph: "NetworkGraph", config: "TrainConfig") -> Subject:
    """The training of this network on this data with this recipe, as it would begin.

    Raises:
        RecipeError: The recipe's device isn't there.
        GraphError: The network has a problem.
    """
    from cnnstudio.network.compile import compile_network
    from cnnstudio.training.beginning import initialise
    from cnnstudio.training.device import choose_device

    network = compile_network(graph, seed=config.seed)
    initialise(network, config)
    return subject_of(dataset, graph, config, network, choose_device(config.device))


def subject_of(
    dataset: "Dataset", graph: "NetworkGraph", config: "TrainConfig", network: nn.Module, device: torch.device
) -> Subject:
    """The training of this network on this data, with a sample of its training images; frozen layers are frozen."""
    freeze(network, config.layers)
    places = dataset.indices("train")
    draw = np.random.default_rng(config.seed)
    chosen = np.sort(draw.choice(places, min(SAMPLED_IMAGES, len(places)), replace=False))
    chosen = draw.permutation(chosen)
    pixels = torch.from_numpy(np.ascontiguousarray(dataset.pixels[chosen])).to(device)
    labels = torch.from_numpy(np.asarray(dataset.labels[chosen], np.int64)).to(device)
    counts = (len(places), len(dataset.indices("val")))
    images = normalise(pixels, dataset.spec.preprocess)
    return Subject(graph, config, dataset.spec, network.to(device), images, labels, dataset.classes, counts)
