"""Pictures that take the place of those whose files vanished in the middle of a training."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor


class StandIns:
    """For each picture of a split that is left out, the next one of its class.

    A batch keeps its size and its classes that way, and all that is counted by batches stays as it was.

    Args:
        labels: Of the split's pictures, shape (N,).
    """

    def __init__(self, labels: npt.NDArray[np.int64]) -> None:
        self._labels = labels
        self._left_out = np.zeros(len(labels), bool)
        self._of: Tensor | None = None

    def leave_out(self, positions: Sequence[int] | npt.NDArray[np.int64]) -> bool:
        """Let others stand in for these from now on; False if there would be none left."""
        import torch

        left_out = self._left_out.copy()
        left_out[positions] = True
        there = np.flatnonzero(~left_out)
        if not len(there):
            return False
        stand_ins = np.arange(len(left_out))
        for position in np.flatnonzero(left_out).tolist():
            alike = there[self._labels[there] == self._labels[position]]
            choice = alike if len(alike) else there
            stand_ins[position] = choice[np.searchsorted(choice, position) % len(choice)]
        self._left_out, self._of = left_out, torch.from_numpy(stand_ins)
        return True

    def of(self, positions: "Tensor") -> "Tensor":
        """The same positions, with those that are left out replaced."""
        return positions if self._of is None else self._of[positions.cpu()].to(positions.device)
