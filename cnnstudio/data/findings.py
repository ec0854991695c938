"""What is wrong with a set of pictures as a whole: classes too small, pictures twice, splits that share some."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from cnnstudio.data.copies import copy_problems
from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.splits import EXCLUDED, TRAIN, VAL
from cnnstudio.data.words import counted, name_list

__all__ = ["name_list", "split_problems"]

MAX_IMBALANCE = 10


def split_problems(raw: RawData, splits: np.ndarray, folds: int = 0) -> Iterator[Problem]:
    """The problems that show once the pictures have classes and splits, in as many folds as there are."""
    used = np.flatnonzero(splits != EXCLUDED)
    yield from _class_problems(raw, used)
    yield from _similar_classes(raw.classes)
    yield from _split_gaps(raw, splits)
    yield from _fold_gaps(raw, splits, folds)
    yield from copy_problems(raw, splits)


def _class_problems(raw: RawData, used: np.ndarray) -> Iterator[Problem]:
    counts = np.bincount(raw.labels[used], minlength=len(raw.classes))
    if np.count_nonzero(counts) < 2:
        name = raw.classes[int(counts.argmax())]
        yield Problem(
            "",
            "one_class",
            f"There is only one class with images, '{name}'; a network needs at least two to tell apart.",
            hint="Put the images of each class into a subfolder of its own.",
            is_blocking=True,
        )
    small, large = int(counts[counts > 0].min(initial=len(raw.labels))), int(counts.max())
    if large > MAX_IMBALANCE * small:
        rare, common = (int(np.flatnonzero(counts == n)[0]) for n in (small, large))
        yield Problem(
            "",
            "imbalanced",
            f"'{raw.classes[common]}' has {large:,} images and '{raw.classes[rare]}' {small:,}: "
            f"more than {MAX_IMBALANCE} to 1. Always answering '{raw.classes[common]}' would be right in "
            f"{100 * large / max(1, counts.sum()):.0f} %.",
            hint="Look at the accuracy of each class; draw classes equally often (Augment) or weight the loss.",
            places=tuple(used[raw.labels[used] == rare].tolist()),
        )


def _similar_classes(classes: tuple[str, ...]) -> Iterator[Problem]:
    """Class names that differ by case or by the way of writing an accent only."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in classes:
        groups[unicodedata.normalize("NFC", name).casefold()].append(name)
    for names in groups.values():
        if len(names) > 1:
            yield Problem(
                "",
                "similar_classes",
                f"The classes {name_list(names)} differ by upper case or accents only.",
                hint="If they mean the same, put their images into one folder.",
            )


def _split_gaps(raw: RawData, splits: np.ndarray) -> Iterator[Problem]:
    is_train = splits == TRAIN
    if not is_train.any():
        yield Problem(
            "",
            "no_train",
            "There are no training images, only a part to examine networks with.",
            hint="Open the folder that contains 'train'.",
            is_blocking=True,
        )
        return
    known = set(raw.labels[is_train].tolist())
    unlearnt = [raw.classes[label] for label in sorted(set(raw.labels[splits != EXCLUDED].tolist()) - known)]
    if unlearnt:
        yield Problem(
            "",
            "unlearnt_class",
            f"No training images show {name_list(unlearnt)}, but validation or test images do.",
            hint="A network can't learn these classes.",
        )


def _fold_gaps(raw: RawData, splits: np.ndarray, folds: int) -> Iterator[Problem]:
    if folds < 2 or (raw.given_splits is not None and (raw.given_splits == VAL).any()):
        return
    counts = np.bincount(raw.labels[(splits == TRAIN) | (splits == VAL)], minlength=len(raw.classes))
    least = int(counts[counts > 0].min(initial=folds))
    if least < folds:
        names = [raw.classes[label] for label in np.flatnonzero((counts > 0) & (counts < folds)).tolist()]
        other = f"Use {least} folds" if least > 1 else "Use no folds, but shares"
        yield Problem(
            "",
            "too_many_folds",
            f"{folds} folds are more than the {counted(least, 'image')} of {name_list(names)}: some folds would have "
            "none to validate on.",
            hint=f"{other}, or add images.",
            is_blocking=True,
        )
