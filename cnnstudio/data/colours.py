"""In which directions the colours of the training images vary."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnstudio.data.draws import Floats

BATCH = 256


@dataclass(frozen=True, eq=False)
class ColourStatistics:
    """Eigenvalues, largest first, and eigenvectors of the covariance of the training pixels' channels.

    Args:
        eigenvalues: On values from 0 to 1, shape (C,).
        eigenvectors: One a row, shape (C, C); its largest entry is positive.
    """

    eigenvalues: Floats
    eigenvectors: Floats

    def shifts(self, factors: Sequence[Floats]) -> Floats:
        """Σ αᵢ λᵢ pᵢ for each picture: shape (M, C)."""
        total: Floats = np.zeros((len(factors[0]), len(self.eigenvalues)))
        # A grey picture has one direction; the other factors have nothing to scale.
        for factor, size, direction in zip(factors, self.eigenvalues, self.eigenvectors, strict=False):
            total += factor[:, None] * size * direction
        return total


def colour_statistics(pixels: npt.NDArray[np.uint8], indices: npt.NDArray[np.int64]) -> ColourStatistics:
    """Measure the colours of the pictures at `indices`.

    The sums are whole numbers below 2⁵³: exact in float64, whatever the order of adding.

    Args:
        pixels: uint8, shape (N, C, H, W).
        indices: Positions of the training images.
    """
    channels = pixels.shape[1]
    sums, products, count = np.zeros(channels), np.zeros((channels, channels)), 0
    for start in range(0, len(indices), BATCH):
        batch = np.asarray(pixels[indices[start : start + BATCH]], np.float64)
        values = batch.transpose(1, 0, 2, 3).reshape(channels, -1)
        sums += values.sum(axis=1)
        products += values @ values.T
        count += values.shape[1]
    mean = sums / max(1, count) / 255
    covariance = products / max(1, count) / 255**2 - np.outer(mean, mean)
    eigenvalues, vectors = np.linalg.eigh(covariance)
    directions = vectors.T[::-1]
    # The sign of an eigenvector is free: fixed here, so that every machine draws the same.
    largest = directions[np.arange(channels), np.abs(directions).argmax(axis=1)]
    return ColourStatistics(eigenvalues[::-1].clip(min=0.0), directions * np.sign(largest)[:, None])
