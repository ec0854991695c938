"""Where a training stands."""

from dataclasses import dataclass


@dataclass
class Position:
    """How far the training is; with weights and optimiser this is all that a resume needs.

    Randomness isn't stored: the order of an epoch follows from (seed, epoch), dropout from (seed, step).
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
