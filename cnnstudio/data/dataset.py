"""An opened dataset: all pictures at training size, their classes and splits, and what was found on the way."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.colours import ColourStatistics, colour_statistics
from cnnstudio.data.dealing import (
    dealt_splits,
    edited_labels,
    fingerprinted,
    news_of_parts,
    normalised,
    with_kept_parts,
)
from cnnstudio.data.findings import split_problems
from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.spec import DataEdits, DataSpec
from cnnstudio.data.splits import EXCLUDED, SPLITS
from cnnstudio.data.words import printable

__all__ = ["EXCLUDED", "SPLITS", "Dataset", "Problem", "open_dataset", "printable"]

# Pixels may be more than the memory holds.
DIGEST_ROWS = 8_192
# What is computed of the pictures once, and holds on where they and their parts stay.
COMPUTED = ("digest", "colours")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything that training, gallery and evaluation need of the data.

    Args:
        spec: Where it came from, with mean and std filled in.
        classes: Names, in the order of their numbers.
        names: One for each picture.
        paths: The file of each picture; None where there is none.
        pixels: uint8, shape (N, C, H, W), at training size; may be a mapped file, or be decoded as it is asked for.
        labels: int64, shape (N,), index into `classes`.
        splits: uint8, shape (N,), index into SPLITS; EXCLUDED where the user left a picture out.
        masks: bool, shape (N, H, W), where the thing lies that gives the class; None if unknown.
        problems: What the user should know; blocking ones first.
        thumbnails: uint8, shape (N, 96, 96, 3); None if the pixels serve as such.
        groups: int64, shape (N,): copies of the same picture share a number; None if not looked for.
        raw: As the source gave it, before edits and splits; None where a data set was made by hand.
        asked: The spec before mean and spread were filled in.
    """

    spec: DataSpec
    classes: tuple[str, ...]
    names: tuple[str, ...]
    paths: Sequence[Path | None]
    pixels: np.ndarray
    labels: np.ndarray
    splits: np.ndarray
    masks: np.ndarray | None
    problems: tuple[Problem, ...]
    thumbnails: np.ndarray | None
    groups: np.ndarray | None = None
    raw: RawData | None = None
    asked: DataSpec | None = None

    def __len__(self) -> int:
        return len(self.names)

    def indices(self, split: str) -> np.ndarray:
        """Positions of the pictures of "train", "val", "test" or "all", ascending."""
        if split == "all":
            return np.flatnonzero(self.splits != EXCLUDED)
        if split not in SPLITS:
            raise DataError(f"There is no split '{split}'.", hint=f"Splits: {', '.join(SPLITS)}, all.")
        return np.flatnonzero(self.splits == SPLITS.index(split))

    def counts(self, split: str | None = None) -> dict[str, int]:
        """Number of pictures of each class, in one split or in all; empty classes count 0."""
        labels = self.labels[self.indices(split or "all")]
        counts = np.bincount(labels, minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))

    @property
    def has_pixels_at_hand(self) -> bool:
        """False if files are decoded anew for each look at the pixels, which takes a while."""
        return isinstance(self.pixels, np.ndarray)

    @property
    def has_thumbnails_at_hand(self) -> bool:
        """False if `thumbnail` must decode a file first."""
        return self.thumbnails is not None or self.has_pixels_at_hand

    def let_go(self) -> None:
        """End the processes that decode files for it, if any; who asks for pixels later starts them again."""
        # It brings the decoder along, and this module is loaded before the window's first paint.
        from cnnstudio.data.streamed import StreamedPixels

        pixels: object = self.pixels
        if isinstance(pixels, StreamedPixels):
            pixels.close()

    def thumbnail(self, index: int) -> np.ndarray:
        """A small picture to show: uint8, shape (H, W, C)."""
        if self.thumbnails is not None:
            return np.asarray(self.thumbnails[index])
        return np.asarray(self.pixels[index]).transpose(1, 2, 0)

    @cached_property
    def digest(self) -> str:
        """Hash over names, labels, splits and pixels: equal data, equal digest."""
        state = hashlib.blake2b(digest_size=16)
        for name in self.names:
            encoded = name.encode("utf-8", errors="surrogatepass")
            state.update(len(encoded).to_bytes(4, "little") + encoded)
        for array, dtype in ((self.labels, "<i8"), (self.splits, "u1"), (self.pixels, "u1")):
            state.update(str(array.shape).encode())
            for start in range(0, len(array), DIGEST_ROWS):
                state.update(np.ascontiguousarray(array[start : start + DIGEST_ROWS], dtype=dtype).data)
        return state.hexdigest()

    @cached_property
    def colours(self) -> ColourStatistics:
        """In which directions the colours of the training images vary."""
        return colour_statistics(self.pixels, self.indices("train"))

    def with_augment(self, augment: AugmentSpec) -> "Dataset":
        """The same pictures, to be distorted otherwise for training; what was computed of them is kept."""
        asked = self.asked and self.asked.replace(augment=augment)
        made = replace(self, spec=self.spec.replace(augment=augment), asked=asked)
        vars(made).update({name: vars(self)[name] for name in COMPUTED if name in vars(self)})
        return made

    def with_edits(self, edits: DataEdits) -> "Dataset":
        """The same pictures with other edits, at once; problems and statistics are those of before.

        `open_dataset` with this one at hand brings them up to date.
        """
        assert self.raw is not None
        assert self.raw.groups is not None
        assert self.asked is not None
        asked = self.asked.replace(edits=edits)
        return replace(
            self,
            spec=self.spec.replace(edits=edits),
            asked=asked,
            labels=edited_labels(self.raw, edits),
            splits=dealt_splits(self.raw, self.raw.groups, asked),
        )

    def require_trainable(self) -> None:
        """Check that nothing stands in the way of training.

        Raises:
            DataError: One class only, a class with fewer than 2 images, too many unreadable files, …
        """
        blocking = [problem for problem in self.problems if problem.is_blocking]
        if blocking:
            more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
            raise DataError(printable(blocking[0].text) + more, hint=blocking[0].hint)

    def describe(self) -> dict[str, Any]:
        """What `cnnstudio data SOURCE --json` prints."""
        return {
            "n": len(self.indices("all")),
            "classes": {printable(name): count for name, count in self.counts().items()},
            "splits": {split: len(self.indices(split)) for split in SPLITS},
            "problems": [{"file": printable(p.file), "kind": p.kind, "text": printable(p.text)} for p in self.problems],
        }


def open_dataset(spec: DataSpec, ctx: JobContext, at_hand: Dataset | None = None) -> Dataset:
    """Read, split and measure the data; the job function behind every opening.

    Args:
        spec: What to open.
        ctx: Told of the progress.
        at_hand: What is open already; where only splits, edits or augmentation differ, its pictures are taken.

    Raises:
        DataError: There is nothing to read, or it doesn't fit into memory.
        Cancelled: The user stopped it; no process is left.
    """
    if at_hand is not None and at_hand.asked is not None and at_hand.asked.is_same_files(spec):
        assert at_hand.raw is not None
        return dealt(at_hand.raw, spec)
    raw = spec.source.load(ctx, spec.preprocess)
    if not raw.names:
        raise DataError(f"{spec.source.title} holds no images.")
    return dealt(fingerprinted(raw), spec)


def with_kept_splits(dataset: Dataset) -> Dataset:
    """The same, with the part of each file written into its spec: opened with that, no file changes its part."""
    assert dataset.raw is not None
    assert dataset.asked is not None
    asked = with_kept_parts(dataset.raw, dataset.asked)
    made = replace(dataset, spec=dataset.spec.replace(kept=asked.kept), asked=asked)
    vars(made).update({name: vars(dataset)[name] for name in COMPUTED if name in vars(dataset)})
    return made


def dealt(raw: RawData, spec: DataSpec) -> Dataset:
    """A data set of pictures that were read: with the user's edits, split, measured and checked."""
    assert raw.groups is not None
    splits = dealt_splits(raw, raw.groups, spec)
    labels = edited_labels(raw, spec.edits)
    return Dataset(
        spec=spec.replace(preprocess=normalised(raw, splits, spec.preprocess)),
        classes=raw.classes,
        names=raw.names,
        paths=raw.paths,
        pixels=raw.pixels,
        labels=labels,
        splits=splits,
        masks=raw.masks,
        problems=_ordered(
            [
                *raw.problems,
                *news_of_parts(raw, spec, splits),
                *split_problems(replace(raw, labels=labels), splits, spec.split.folds),
            ]
        ),
        thumbnails=raw.thumbnails,
        groups=raw.groups,
        raw=raw,
        asked=spec,
    )


def _ordered(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: not problem.is_blocking))
