"""Pictures that come as arrays, not as files: checked, brought to training size, and put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.data.memory import require_memory
from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.spec import PreprocessSpec

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext

BATCH = 256
SMALLEST_DEFAULT, LARGEST_DEFAULT = 32, 224
OPEN = -1
PART_NAMES = {0: "train", 1: "val", 2: "test", OPEN: "all"}


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the pictures of a set.

    Args:
        images: uint8, shape (N, H, W, C), C is 1 or 3.
        labels: int64, shape (N,).
        split: Index into SPLITS; -1 if it is open.
    """

    images: np.ndarray
    labels: np.ndarray
    split: int


def array_preprocess(height: int, width: int, channels: int) -> PreprocessSpec:
    """The size that suits pictures of a given one: their own from 32 to 224, as networks of the catalogue need 32."""
    side = min(max(min(height, width), SMALLEST_DEFAULT), LARGEST_DEFAULT)
    return PreprocessSpec(side=side, channels=3 if channels == 3 else 1, resize="stretch")


def native_preprocess(height: int, width: int, channels: int) -> PreprocessSpec | None:
    """The pictures' own size; None where it is no square from 8 to 512."""
    if height != width or not 8 <= height <= 512:
        return None
    return PreprocessSpec(side=height, channels=3 if channels == 3 else 1, resize="stretch")


def raw_from_parts(
    parts: Sequence[Part], classes: Sequence[str], preprocess: PreprocessSpec, ctx: "JobContext"
) -> RawData:
    """All pictures at training size.

    Raises:
        DataError: A label has no class, there are no pictures, or they don't fit into memory.
    """
    n = sum(len(part.labels) for part in parts)
    if not n:
        raise DataError("There are no pictures in these files.")
    _check_labels(parts, len(classes))
    require_memory(n, preprocess)
    side = preprocess.side
    pixels = np.empty((n, preprocess.channels, side, side), np.uint8)
    done = 0
    for part in parts:
        for batch in _batches(part.images, preprocess):
            ctx.check()
            pixels[done : done + len(batch)] = batch
            done += len(batch)
            ctx.progress(done, n, "Preparing images")
    splits = np.concatenate([np.full(len(part.labels), part.split, np.int8) for part in parts])
    return RawData(
        classes=tuple(classes),
        names=tuple(f"{PART_NAMES[part.split]}-{i:05d}" for part in parts for i in range(len(part.labels))),
        paths=(None,) * n,
        pixels=pixels,
        labels=np.concatenate([part.labels for part in parts]).astype(np.int64),
        given_splits=splits if (splits != OPEN).any() else None,
        digests=_digests(parts),
        problems=tuple(_empty_classes(parts, classes)),
    )


def _batches(images: np.ndarray, preprocess: PreprocessSpec) -> Iterator[np.ndarray]:
    from cnnstudio.data.preprocess import to_pixels

    is_native = images.shape[1:] == (preprocess.side, preprocess.side, preprocess.channels)
    for start in range(0, len(images), BATCH):
        batch = images[start : start + BATCH]
        if is_native:
            yield batch.transpose(0, 3, 1, 2)
        else:
            yield np.stack([to_pixels(np.ascontiguousarray(image), preprocess) for image in batch])


def _check_labels(parts: Sequence[Part], n_classes: int) -> None:
    for part in parts:
        if not len(part.labels):
            continue
        low, high = int(part.labels.min()), int(part.labels.max())
        if low < 0 or high >= n_classes:
            raise DataError(
                f"The labels go from {low} to {high}; there are names for the classes 0 to {n_classes - 1}.",
                hint="The labels may belong to other images.",
            )


def _digests(parts: Sequence[Part]) -> list[bytes]:
    """A hash of each picture, to find those that are there twice."""
    import hashlib

    return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for part in parts for image in part.images]


def _empty_classes(parts: Sequence[Part], classes: Sequence[str]) -> Iterator[Problem]:
    counts = sum(np.bincount(part.labels, minlength=len(classes)) for part in parts)
    for name, count in zip(classes, np.atleast_1d(counts), strict=True):
        if not count:
            yield Problem(name, "empty_class", f"The class '{name}' holds no images; it keeps its place.")
