"""Waiting for better: counts the epochs since a number was at its best."""

from dataclasses import dataclass


@dataclass
class Patience:
    """How long a validation loss has not become better, and how often that took too long.

    Args:
        best: The smallest so far.
        waited: Epochs since then, or since the last stall.
        stalls: How often the wait was too long.
    """

    best: float | None = None
    waited: int = 0
    stalls: int = 0

    def note(self, loss: float, patience: int, least: float = 0.0) -> bool:
        """Count an epoch; True if it is one more than `patience` in a row without a fall by the share `least`."""
        if self.best is None or loss < self.best * (1 - least):
            self.best, self.waited = loss, 0
            return False
        self.waited += 1
        if self.waited <= patience:
            return False
        self.waited, self.stalls = 0, self.stalls + 1
        return True
