"""From pictures to a data set that can be trained on: edits, splits and statistics."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cnnstudio.data.duplicates import clusters
from cnnstudio.data.fingerprint import fingerprints
from cnnstudio.data.kept_splits import keep_parts, kept_parts
from cnnstudio.data.preprocess import MIN_STD, measured, rounded
from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.spec import DataEdits, DataSpec, PreprocessSpec
from cnnstudio.data.splits import EXCLUDED, TEST, TRAIN, VAL, dealt_parts, split_groups, splits_of
from cnnstudio.data.words import counted

WENT = {TRAIN: "for training", VAL: "for validation", TEST: "for the test", EXCLUDED: "left out"}


def fingerprinted(raw: RawData) -> RawData:
    """With fingerprints, and with copies of the same picture, exact or near, in groups."""
    prints = fingerprints(raw.pixels) if raw.prints is None else raw.prints
    groups = clusters(raw.digests, prints) if raw.groups is None else raw.groups
    return replace(raw, prints=prints, groups=groups)


def edited_labels(raw: RawData, edits: DataEdits) -> np.ndarray:
    """The class of each picture as the user says; classes and pictures that aren't there any more are passed over."""
    if not edits.labels:
        return raw.labels
    labels, numbers = raw.labels.copy(), {name: number for number, name in enumerate(raw.classes)}
    for place, name in enumerate(raw.names):
        wanted = edits.labels.get(name)
        if wanted in numbers:
            labels[place] = numbers[wanted]
    return labels


def dealt_splits(raw: RawData, groups: np.ndarray, spec: DataSpec) -> np.ndarray:
    """The split of each picture, EXCLUDED for those left out.

    Dealt by the classes as the source names them: relabelling or leaving out one picture moves no other.
    """
    splits = splits_of(dealt_parts_of(raw, groups, spec), spec.split)
    if spec.edits.excluded:
        left_out = set(spec.edits.excluded)
        splits[[place for place, name in enumerate(raw.names) if name in left_out]] = EXCLUDED
    return splits


def dealt_parts_of(raw: RawData, groups: np.ndarray, spec: DataSpec) -> np.ndarray:
    """The part of each picture: a split or a fold, as it was kept, or dealt out by the seed."""
    known = known_parts(raw, spec) if spec.kept else None
    return dealt_parts(raw.labels, spec.split, raw.given_splits, split_groups(raw.names, spec.split, groups), known)


def known_parts(raw: RawData, spec: DataSpec) -> np.ndarray:
    """The part of each picture as it was kept, −1 for new ones; a file that was renamed is known by its content."""
    moved = () if raw.difference is None else raw.difference.moved
    return kept_parts(spec.kept, raw.names, spec.split, moved)


def with_kept_parts(raw: RawData, spec: DataSpec) -> DataSpec:
    """The spec with the part of each file written down, so that files that come later move none of them."""
    assert raw.groups is not None
    if raw.manifest is None:
        return spec
    kept = keep_parts(spec.kept, raw.names, dealt_parts_of(raw, raw.groups, spec), spec.split)
    return spec.replace(kept=kept)


def news_of_parts(raw: RawData, spec: DataSpec, splits: np.ndarray) -> Iterator[Problem]:
    """Where new pictures went, if others were there before them."""
    known = known_parts(raw, spec) if spec.kept else np.zeros(0)
    new = np.flatnonzero(known < 0)
    if not len(new) or len(new) == len(known):
        return
    counts = np.bincount(splits[new], minlength=EXCLUDED + 1)
    parts = [f"{counts[split]:,} {words}" for split, words in WENT.items() if counts[split]]
    yield Problem(
        "",
        "new_pictures",
        f"{counted(len(new), 'new picture')}: {', '.join(parts)}; all others are in the parts they were in.",
        places=tuple(new.tolist()),
    )


def normalised(raw: RawData, splits: np.ndarray, spec: PreprocessSpec) -> PreprocessSpec:
    """The preprocessing with mean and spread of the training pictures, where they aren't given."""
    training = np.flatnonzero(splits == TRAIN)
    # A folder that holds a test part only is fine for an examination; its own statistics serve then.
    chosen = training if len(training) else np.flatnonzero(splits != EXCLUDED)
    if raw.sums is None or (spec.mean is not None and spec.std is not None):
        return measured(raw.pixels, chosen, spec)
    mean, std = statistics_of(raw.sums[chosen], spec.side**2)
    return spec.replace(mean=spec.mean or mean, std=spec.std or std)


def statistics_of(sums: np.ndarray, pixels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel on the scale 0 to 1, exact.

    Args:
        sums: int64, shape (N, 2, C): sum of the levels of each picture, and of their squares.
        pixels: Number of pixels of a picture.
    """
    n = max(1, len(sums) * pixels)
    means, stds = [], []
    for first, second in zip(*sums.sum(axis=0).tolist(), strict=True):
        means.append(first / n / 255)
        # In whole numbers of any size: nothing is lost where the spread is small beside the mean.
        stds.append(max(MIN_STD, ((n * second - first**2) ** 0.5) / n / 255))
    return rounded(means), rounded(stds)
