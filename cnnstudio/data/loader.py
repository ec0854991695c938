"""Batches for training, drawn from pixels in memory or in a mapped file.

What is random depends on (seed, epoch, place in the data set) alone, so a resumed run sees the same batches as one that
never stopped, and so does one with other helpers (a thread, worker processes) beside the step.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.data.ahead import Helper
from cnnstudio.data.augmentation import Mixing
from cnnstudio.data.balance import balanced_order
from cnnstudio.data.distort import Distorter, Trace
from cnnstudio.data.draws import random_key
from cnnstudio.data.pixel_store import MappedPixels, PixelStore, TensorPixels
from cnnstudio.data.preprocess import normalise
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.data.stand_ins import StandIns
from cnnstudio.data.streamed import FilesGone
from cnnstudio.data.warp import to_unit

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.crew import Crew

    Batch = tuple[Tensor, Tensor]

__all__ = ["Batches", "chunk_images", "random_key"]

READY_BYTES = 256_000_000
# Small batches are distorted several at once: 256 pictures cost little more than 32, whose time is Python's.
CHUNK_IMAGES, CHUNK_BYTES = 256, 64_000_000
PARTNER, FAR_OFF = 7, 2**40
# Of a batch: ResNet-20 on CIFAR-10 with 4 images of 128 left over was right for 24 % of the validation images after an
# epoch, and for 48 % without them: batch normalisation keeps a tenth of what it measures on the last few.
LEAST_SHARE = 8


def chunk_images(shape: Sequence[int]) -> int:
    """How many pictures of shape (…, C, H, W) are prepared in one go: up to 256, and up to 64 MB as numbers."""
    return max(1, min(CHUNK_IMAGES, CHUNK_BYTES // (4 * math.prod(shape[-3:]))))


def least_rest(size: int, shares: int = 1) -> int:
    """How many images left over by whole batches of `size` make a last batch: an eighth of one, two for each share.

    Batch normalisation can't measure the spread of a single value, and measures that of few badly.
    """
    return max(2 * shares, size // LEAST_SHARE)


@dataclass(frozen=True, eq=False)
class Batches:
    """Images and labels of one split, cut into batches.

    Args:
        pixels: uint8, shape (N, C, H, W).
        labels: int64, shape (N,).
        preprocess: How pixels become numbers; mean and std are known.
        size: Images a batch; the last one may be smaller, see `least_rest`.
        seed: Seed of the order.
        indices: Place of each image in the data set, int64; its position here if left out.
        distorter: Augmentation; None for none.
        class_count: Classes there are; needed where pictures are mixed.
        crew: Worker processes that prepare the batches; None for a thread of this process.
        is_balanced: All classes come equally often in an epoch; rare ones' images come several times.
        share: Which share of each batch is drawn here, from 0.
        shares: Into how many each batch is divided, where several processes train together.
        on_gone: Asked where files can't be read any more, in the thread that takes the batches. True: leave them out
            from now on; False: ask for them again, once it has come back. None: the error is raised.
        helper: The thread that prepares them, where there is no crew; shared by copies of these batches.
    """

    pixels: "Tensor | PixelStore"
    labels: "Tensor"
    preprocess: PreprocessSpec
    size: int
    seed: int = 0
    indices: "Tensor | None" = None
    distorter: Distorter | None = None
    class_count: int = 0
    crew: "Crew | None" = None
    is_balanced: bool = False
    share: int = 0
    shares: int = 1
    on_gone: "Callable[[FilesGone], bool] | None" = None
    helper: Helper = field(default_factory=Helper)

    @property
    def image_count(self) -> int:
        """Images in an epoch."""
        return len(self.labels)

    def count(self) -> int:
        """Batches in an epoch; a few images left over by whole batches are dropped, other ones in each epoch."""
        whole, rest = divmod(self.image_count, self.size)
        least = least_rest(self.size, self.shares) if whole else 2 * self.shares
        return whole + (rest >= least or (rest == 1 and whole == 0))

    def size_of(self, batch: int) -> int:
        """Images in a batch (from 0), in all its shares together."""
        return min(self.size, self.image_count - batch * self.size)

    @property
    def share_size(self) -> int:
        """Images of a full batch that are drawn here."""
        return self.size // self.shares + (self.share < self.size % self.shares)

    def order(self, epoch: int) -> "Tensor":
        """The order in which epoch `epoch` (from 0) visits the images: their positions in this split.

        Where classes come equally often, images of rare ones come several times; the second time `image_count` is
        added to the position, the third time twice that, so that each time another distortion is drawn.
        """
        import torch

        generator = torch.Generator().manual_seed(random_key(self.seed, epoch))
        if self.is_balanced:
            return balanced_order(self.labels.cpu(), generator)
        return torch.randperm(self.image_count, generator=generator)

    def epoch(self, epoch: int, skip: int = 0) -> "Iterator[Batch]":
        """Shuffled batches of one epoch, from batch `skip` on.

        Yields:
            float32 images, and targets: int64 class numbers, or float32 shares of the classes, shape (N, classes),
            where pictures are mixed.
        """
        whole = self.order(epoch).split(self.size)[skip : self.count()]
        parts = [batch.tensor_split(self.shares)[self.share] for batch in whole]
        if self.distorter is None and self._store.is_in_memory:
            return (self.draw(positions, epoch) for positions in parts)
        if self.crew is not None:
            return self.crew.batches(parts, epoch)
        if self._store.device.type != "cpu" and self._store.is_in_memory:
            # The device works beside this thread anyhow: the distortion is queued before the step needs it.
            return (self.draw(positions, epoch) for positions in parts)
        return self._awaited(lambda given: self.helper.beside(self._chunk, self._chunks(parts[given:]), epoch))

    def draw(self, positions: "Tensor", epoch: int | Sequence[int], trace: Trace | None = None) -> "Batch":
        """The tensors that the network gets: the one place where they are made, for training and preview alike.

        Args:
            positions: Of the images in this split, int64, shape (N,).
            epoch: From 0; one for all, or one for each image.
            trace: Told what was drawn.
        """
        if self.is_balanced:
            positions, epoch = self._told_apart(positions, epoch)
        positions = self._stand_ins.of(positions)
        if self.distorter is None:
            return self._plain(positions), self.labels[positions.to(self.labels.device)]
        return self._mixed(self._distorted(positions, epoch, trace), positions, epoch, trace)

    def images(self, positions: "Tensor") -> "Tensor":
        """The images at these positions of the split without augmentation, as the network gets them."""
        while True:
            try:
                return self._plain(self._stand_ins.of(positions))
            except FilesGone as error:
                self._settle(error)

    def _plain(self, positions: "Tensor") -> "Tensor":
        if self._ready is not None:
            return self._ready[positions]
        return normalise(self._store.take(positions), self.preprocess)

    @cached_property
    def _store(self) -> PixelStore:
        import torch

        return TensorPixels(self.pixels) if isinstance(self.pixels, torch.Tensor) else self.pixels

    @cached_property
    def _ready(self) -> "Tensor | None":
        """All images as numbers, where they are few: normalising each batch anew costs 3 % of a LeNet's step."""
        store = self._store
        if self.distorter is not None or not isinstance(store, TensorPixels) or store.device.type != "cpu":
            return None
        is_small = store.pixels.numel() * 4 <= READY_BYTES
        return normalise(store.pixels, self.preprocess) if is_small else None

    def in_order(self) -> "Iterator[Batch]":
        """All images once, unshuffled and without augmentation: for validation."""
        import torch

        own = torch.arange(self.image_count).tensor_split(self.shares)[self.share].split(self.size)
        return self._awaited(lambda given: map(self._as_it_is, own[given:]))

    def _as_it_is(self, positions: "Tensor") -> "Batch":
        positions = self._stand_ins.of(positions)
        return self._plain(positions), self.labels[positions.to(self.labels.device)]

    def close(self) -> None:
        """End the thread or the worker processes that prepare batches, if there are any."""
        self.helper.close()
        if self.crew is not None:
            self.crew.close()

    # Files that vanish -------------------------------------------------------------------------------------------

    @cached_property
    def _stand_ins(self) -> StandIns:
        return StandIns(self.labels.cpu().numpy())

    def _awaited(self, begin: "Callable[[int], Iterator[Batch]]") -> "Iterator[Batch]":
        """What `begin` gives, from the start; where files can't be read, it begins again behind what was given."""
        given, batches = 0, begin(0)
        while True:
            try:
                batch = next(batches, None)
            except FilesGone as error:
                self._settle(error)
                batches = begin(given)
                continue
            if batch is None:
                return
            given += 1
            yield batch

    def _settle(self, error: FilesGone) -> None:
        """Ask what is to be done where files are gone; return when the batch can be tried again."""
        if self.on_gone is None:
            raise error
        if not self.on_gone(error):
            return
        assert isinstance(self._store, MappedPixels)
        if not self._stand_ins.leave_out(np.flatnonzero(np.isin(self._store.rows, error.rows))):
            raise error

    # Augmentation -----------------------------------------------------------------------------------------------

    def _chunks(self, parts: "Sequence[Tensor]") -> "list[Sequence[Tensor]]":
        """Batches that are prepared in one go."""
        together = max(1, chunk_images(self._store.shape) // self.size)
        return [parts[start : start + together] for start in range(0, len(parts), together)]

    def _chunk(self, parts: "Sequence[Tensor]", epoch: int) -> "list[Batch]":
        import torch

        images, targets = self.draw(torch.cat(list(parts)), epoch)
        sizes = [len(part) for part in parts]
        return list(zip(images.split(sizes), targets.split(sizes), strict=True))

    def _told_apart(self, positions: "Tensor", epoch: int | Sequence[int]) -> "tuple[Tensor, int | Sequence[int]]":
        """Positions of this split, and the epoch of each; an image that comes again draws as in an epoch far off."""
        times = positions // max(1, self.image_count)
        if not times.any():
            return positions, epoch
        epochs = [epoch] * len(positions) if isinstance(epoch, int) else epoch
        later = [number + FAR_OFF * again for number, again in zip(epochs, times.tolist(), strict=True)]
        return positions % self.image_count, later

    def _distorted(self, positions: "Tensor", epoch: int | Sequence[int], trace: Trace | None = None) -> "Tensor":
        assert self.distorter is not None
        return self.distorter.distorted(self._store.take(positions), self._places(positions), epoch, trace)

    def _places(self, positions: "Tensor") -> "Tensor":
        return positions if self.indices is None else self.indices[positions]

    def _mixed(self, images: "Tensor", positions: "Tensor", epoch: int | Sequence[int], trace: Trace | None) -> "Batch":
        """Normalised images with their targets; where the augmentation says so, mixed with others."""
        import torch

        assert self.distorter is not None
        labels = self.labels[positions.to(self.labels.device)]
        if not self.distorter.spec.mixing:
            return normalise(images, self.preprocess), labels
        images = to_unit(images).clone()
        targets = torch.nn.functional.one_hot(labels, self.class_count).float()
        for draw in self.distorter.mixes(self._places(positions), epoch, (images.shape[2], images.shape[3])):
            rows = torch.from_numpy(draw.rows)
            chance = draw.draws.at(PARTNER).uniforms(1)[:, 0]
            partners = self._stand_ins.of(torch.from_numpy((chance * self.image_count).astype(np.int64)))
            epochs = epoch if isinstance(epoch, int) else [epoch[row] for row in draw.rows.tolist()]
            others = to_unit(self._distorted(partners, epochs))
            there = rows.to(images.device)
            assert isinstance(draw.operation, Mixing)
            images[there], own = draw.operation.mix(images[there], others, draw.columns)
            share = torch.from_numpy(own.astype(np.float32)).to(targets.device)[:, None]
            other_labels = torch.nn.functional.one_hot(self.labels[partners.to(self.labels.device)], self.class_count)
            targets[there] = targets[there] * share + other_labels * (1 - share)
            if trace is not None:
                trace.note(draw.operation, draw.rows, draw.columns)
        return normalise(images, self.preprocess), targets
