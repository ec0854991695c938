"""What is wrong with a set of pictures as a whole: classes too small, pictures twice, splits that share some."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.splits import SPLITS, TRAIN
from cnnstudio.data.words import counted

SHOWN_NAMES = 3
MAX_IMBALANCE = 10


def split_problems(raw: RawData, splits: np.ndarray) -> Iterator[Problem]:
    """The problems that show once the pictures have classes and splits."""
    yield from _class_problems(raw)
    yield from _similar_classes(raw.classes)
    yield from _split_gaps(raw, splits)
    yield from _duplicates(raw, splits)


def name_list(names: list[str]) -> str:
    """The first names, quoted, and how many more there are."""
    shown = ", ".join(f"'{name}'" for name in names[:SHOWN_NAMES])
    return f"{shown} and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else shown


def _class_problems(raw: RawData) -> Iterator[Problem]:
    counts = np.bincount(raw.labels, minlength=len(raw.classes))
    if np.count_nonzero(counts) < 2:
        name = raw.classes[int(counts.argmax())]
        yield Problem(
            "",
            "one_class",
            f"There is only one class with images, '{name}'; a network needs at least two to tell apart.",
            hint="Put the images of each class into a subfolder of its own.",
            is_blocking=True,
        )
    small, large = int(counts[counts > 0].min()), int(counts.max())
    if large > MAX_IMBALANCE * small:
        rare, common = (raw.classes[int(np.flatnonzero(counts == n)[0])] for n in (small, large))
        yield Problem(
            "",
            "imbalanced",
            f"'{common}' has {large:,} images and '{rare}' {small:,}: more than {MAX_IMBALANCE} to 1.",
            hint="Look at the accuracy of each class, not only at the overall one.",
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
    unlearnt = [raw.classes[label] for label in sorted(set(raw.labels.tolist()) - known)]
    if unlearnt:
        yield Problem(
            "",
            "unlearnt_class",
            f"No training images show {name_list(unlearnt)}, but validation or test images do.",
            hint="A network can't learn these classes.",
        )


def _duplicates(raw: RawData, splits: np.ndarray) -> Iterator[Problem]:
    """Files with equal bytes: under two classes, or on both sides of an examination."""
    groups: defaultdict[bytes, list[int]] = defaultdict(list)
    for index, digest in enumerate(raw.digests):
        groups[digest].append(index)
    copies = [group for group in groups.values() if len(group) > 1]
    for group in copies:
        labels = {int(raw.labels[i]) for i in group}
        if len(labels) > 1:
            both = " and ".join(f"'{raw.classes[label]}'" for label in sorted(labels))
            files = name_list([raw.names[i] for i in group])
            yield Problem(raw.names[group[0]], "conflicting_labels", f"The same picture is in {both}: {files}.")
    leaks = [group for group in copies if len({int(splits[i]) for i in group}) > 1]
    if leaks:
        parts = " and ".join(SPLITS[s] for s in sorted({int(splits[i]) for group in leaks for i in group}))
        files = name_list([raw.names[group[0]] for group in leaks])
        yield Problem(
            "",
            "leak",
            f"{counted(len(leaks), 'picture is', 'pictures are')} in more than one of {parts}: {files}. "
            "The results look too good.",
            hint="Delete the copies.",
        )
    if copies:
        extra = sum(len(group) - 1 for group in copies)
        files = name_list([raw.names[group[0]] for group in copies])
        copies_text = counted(extra, "file is an exact copy", "files are exact copies")
        yield Problem("", "duplicates", f"{copies_text} of others: {files}.")
