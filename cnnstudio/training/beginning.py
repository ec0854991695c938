"""How the weights begin: the recipe's initialisation, layer by layer."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnstudio.data.loader import random_key
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.layer_rules import rule_of

if TYPE_CHECKING:
    from torch import nn

INITIALISATION = 11  # keeps these random numbers apart from those of order and dropout


def initialise(network: "nn.Module", config: TrainConfig) -> None:
    """Fill convolutions and fully connected layers as the recipe says; a kind that is as built draws nothing.

    Each layer draws from (seed, its place), so another rule for one layer leaves the others as they are.
    """
    import torch

    # No device is named: weights are made on the CPU, so that they don't depend on the machine.
    with torch.random.fork_rng(devices=[]):
        for place, (name, module) in enumerate(weight_layers(network)):
            rule = rule_of(config.layers, name)
            own = rule.initialisation if rule is not None else None
            torch.default_generator.manual_seed(random_key(config.seed, INITIALISATION, place))
            (own or config.initialisation).fill(module)


def weight_layers(network: "nn.Module") -> "Iterator[tuple[str, nn.Module]]":
    """Convolutions and fully connected layers by name, in order."""
    from torch import nn
    from torch.nn.modules.conv import _ConvNd

    for name, module in network.named_modules():
        if isinstance(module, _ConvNd | nn.Linear):
            yield name, module
