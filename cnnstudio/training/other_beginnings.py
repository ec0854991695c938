"""Other first weights that would mend what a check found: each is tried before it is offered."""

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from cnnstudio.training.beginning import initialise
from cnnstudio.training.findings import Fix
from cnnstudio.training.initialisation.he import He
from cnnstudio.training.initialisation.xavier import Xavier

if TYPE_CHECKING:
    from torch import nn

    from cnnstudio.training.config import TrainConfig
    from cnnstudio.training.subject import Subject, TimeLimit


def mending_beginning(
    subject: "Subject", limit: "TimeLimit", is_well: "Callable[[nn.Module, TrainConfig], bool]"
) -> Fix | None:
    """The recipe with He's or Xavier's first weights in all layers, if a network that begins so is well."""
    for kind in (He(), Xavier()):
        rules = tuple(rule.replace(initialisation=None) for rule in subject.config.layers)
        config = subject.config.replace(initialisation=kind, layers=rules)
        if config == subject.config or limit.is_up:
            continue
        network = copy.deepcopy(subject.network)
        initialise(network, config)
        if is_well(network, config):
            return Fix(f"Begin as {kind.title} says", config=config)
    return None
