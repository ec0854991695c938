"""Batches for training, drawn from pixels in memory.

What is random depends on (seed, epoch) alone, so a resumed run sees the same batches as one that never stopped.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cnnstudio.data.preprocess import normalise
from cnnstudio.data.spec import PreprocessSpec

if TYPE_CHECKING:
    from torch import Tensor

READY_BYTES = 256_000_000


def random_key(*parts: int) -> int:
    """A 63-bit number that depends on all of `parts` (seed, epoch, index, …) and on nothing else."""
    text = ",".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


@dataclass(frozen=True, eq=False)
class Batches:
    """Images and labels of one split, cut into batches.

    Args:
        pixels: uint8, shape (N, C, H, W).
        labels: int64, shape (N,).
        preprocess: How pixels become numbers; mean and std are known.
        size: Images a batch; the last one may be smaller.
        seed: Seed of the order.
    """

    pixels: "Tensor"
    labels: "Tensor"
    preprocess: PreprocessSpec
    size: int
    seed: int = 0

    @property
    def image_count(self) -> int:
        """Images in an epoch."""
        return len(self.labels)

    def count(self) -> int:
        """Batches in an epoch.

        A single image left over is dropped: batch normalisation can't measure the spread of one value.
        """
        whole, rest = divmod(self.image_count, self.size)
        return whole + (rest > 1 or (rest == 1 and whole == 0))

    def order(self, epoch: int) -> "Tensor":
        """The order in which epoch `epoch` (from 0) visits the images."""
        import torch

        generator = torch.Generator().manual_seed(random_key(self.seed, epoch))
        return torch.randperm(self.image_count, generator=generator)

    def epoch(self, epoch: int, skip: int = 0) -> Iterator[tuple["Tensor", "Tensor"]]:
        """Shuffled batches (float32 images, labels) of one epoch, from batch `skip` on."""
        order = self.order(epoch)
        for number in range(skip, self.count()):
            chosen = order[number * self.size : (number + 1) * self.size]
            yield self.images(chosen), self.labels[chosen]

    def images(self, positions: "Tensor") -> "Tensor":
        """The images at these positions of the split, as the network gets them."""
        if self._ready is not None:
            return self._ready[positions]
        return normalise(self.pixels[positions.to(self.pixels.device)], self.preprocess)

    @cached_property
    def _ready(self) -> "Tensor | None":
        """All images as numbers, where they are few: normalising each batch anew costs 3 % of a LeNet's step."""
        few = self.pixels.device.type == "cpu" and self.pixels.numel() * 4 <= READY_BYTES
        return normalise(self.pixels, self.preprocess) if few else None

    def in_order(self) -> Iterator[tuple["Tensor", "Tensor"]]:
        """All images once, unshuffled: for validation."""
        for pixels, labels in zip(self.pixels.split(self.size), self.labels.split(self.size), strict=True):
            yield normalise(pixels, self.preprocess), labels
