"""Runs that are stopped on the way, and whether they end like those that never were."""

from typing import Any

import torch

from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.run import Run
from cnnstudio.training.checkpoint import load_latest


class StopAfter(JobContext):
    """Asks to stop after so many batches."""

    def __init__(self, batches: int, hear: Any = None) -> None:
        super().__init__(hear)
        self._left = batches

    @property
    def is_cancel_requested(self) -> bool:
        self._left -= 1
        return self._left < 0


def weights(run: Run) -> dict[str, torch.Tensor]:
    """The weights of a run's newest checkpoint."""
    latest = load_latest(run.checkpoints)
    assert latest is not None
    return latest.weights


def is_equal(one: Run, other: Run) -> bool:
    """Have two runs the same weights, to the last bit?"""
    mine, its = weights(one), weights(other)
    return mine.keys() == its.keys() and all(torch.equal(mine[name], its[name]) for name in mine)
