"""Deal images out to training, validation and test: a fixed share of each class, by a seed, groups in one piece."""

import re

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.data.duplicates import joined, members_of
from cnnstudio.data.spec import SplitSpec

SPLITS = ("train", "val", "test")
TRAIN, VAL, TEST = range(3)
# A part is a split, or from here on a fold.
FIRST_FOLD = 4
# Left out by the user: in no split.
EXCLUDED = 3


def stratified_splits(
    labels: np.ndarray, spec: SplitSpec, given: np.ndarray | None = None, groups: np.ndarray | None = None
) -> np.ndarray:
    """The split of each image.

    Splits that the source names are kept; what it leaves open is dealt out class by class. A class's dealing
    depends on the seed and on that class alone. Where the source has a training part but no validation or test
    part, that part is taken from the training images.

    Args:
        labels: int64, shape (N,).
        spec: Shares and seed; or folds.
        given: int8, shape (N,), index into SPLITS or -1; None if all is open.
        groups: int64, shape (N,): images with the same number go to the same split; None: each goes by itself.

    Returns:
        uint8, shape (N,), index into SPLITS.
    """
    return splits_of(dealt_parts(labels, spec, given, groups), spec)


def splits_of(parts: np.ndarray, spec: SplitSpec) -> np.ndarray:
    """The splits that parts mean: one fold is for validation now, the others for training."""
    folds = np.where(parts == FIRST_FOLD + spec.fold, VAL, TRAIN)
    return np.where(parts >= FIRST_FOLD, folds, parts).astype(np.uint8)


def dealt_parts(
    labels: np.ndarray,
    spec: SplitSpec,
    given: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    known: np.ndarray | None = None,
) -> np.ndarray:
    """The part of each image: a split, or one of the folds; the arguments are those of `stratified_splits`.

    Args:
        labels: int64, shape (N,).
        spec: Shares and seed; or folds.
        given: int8, shape (N,).
        groups: int64, shape (N,).
        known: int16, shape (N,): the parts of images that were dealt out before, −1 for new ones. The known ones stay;
            new ones go where their class lacks most, or to the copies that they belong to.

    Returns:
        uint8, shape (N,).
    """
    given = np.full(len(labels), -1, np.int8) if given is None else given
    is_given = [bool((given == split).any()) for split in range(3)]
    is_open = given == -1
    if is_given[TRAIN] and not (is_given[VAL] and is_given[TEST]):
        is_open = is_open | (given == TRAIN)
    val = 0.0 if is_given[VAL] else spec.val
    test = 0.0 if is_given[TEST] else spec.test
    parts = np.where(given >= 0, given, TRAIN).astype(np.uint8)
    members = np.flatnonzero(is_open)
    own, own_groups = labels[members], None if groups is None else groups[members]
    folds = spec.folds if spec.folds > 1 and not is_given[VAL] else 0
    if known is not None and (known[members] >= 0).any():
        sizes = {label: _sizes(int((own == label).sum()), label, val, test, folds) for label in np.unique(own).tolist()}
        parts[members] = _extended(own, spec.seed, sizes, own_groups, known[members])
    elif folds:
        parts[members] = _folded(own, spec, test, own_groups)
    else:
        parts[members] = _dealt(own, spec.seed, val, test, own_groups)
    return parts


def part_sizes(n: int, val: float, test: float) -> tuple[int, int]:
    """How many of a class's n images go to validation and test; training keeps at least one.

    Rounded half up, at least one each. Where that leaves nothing for training, the larger part gives back, the test
    before validation: a class of two has its second image in validation, so that its learning can be watched.
    """
    wanted = [max(1, int(n * share + 0.5)) if share else 0 for share in (val, test)]
    while sum(wanted) > max(0, n - 1):
        larger = 0 if wanted[0] > wanted[1] else 1
        wanted[larger] -= 1
    return wanted[0], wanted[1]


def split_groups(names: tuple[str, ...], spec: SplitSpec, copies: np.ndarray) -> np.ndarray | None:
    """Which images stay together; copies of each other always do, unless nothing is kept together.

    Args:
        names: Path of each image below the data's folder.
        spec: What is kept together.
        copies: int64, shape (N,): copies share a number.

    Raises:
        DataError: The pattern is none, or matches no name.
    """
    if spec.group == "none":
        return None
    if spec.group == "copies":
        return copies
    keys = _folders(names) if spec.group == "folder" else _matches(names, spec.pattern)
    _, first, numbers = np.unique(np.array(keys, object), return_index=True, return_inverse=True)
    places = np.arange(len(names))
    # A name without a match, and a file that is alone, stand for themselves.
    together = np.stack([first[numbers], places], axis=1)[np.array([key != "" for key in keys])]
    _, heads, inverse = np.unique(copies, return_index=True, return_inverse=True)
    return joined(len(names), np.concatenate([together, np.stack([heads[inverse], places], axis=1)]))


def _folders(names: tuple[str, ...]) -> list[str]:
    return [name.rpartition("/")[0] for name in names]


def _matches(names: tuple[str, ...], pattern: str) -> list[str]:
    hint = "Put the part that says where an image belongs into parentheses: (patient\\d+) or ^(.+)_frame."
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise DataError(f"'{pattern}' is no regular expression: {error}.", hint=hint) from None
    found = [compiled.search(name) for name in names]
    keys = ["" if match is None else "\0".join(part or "" for part in match.groups() or (match[0],)) for match in found]
    if not pattern or not any(keys):
        raise DataError(f"The pattern '{pattern}' matches none of the names, such as '{names[0]}'.", hint=hint)
    return keys


def _dealt(labels: np.ndarray, seed: int, val: float, test: float, groups: np.ndarray | None) -> np.ndarray:
    """Train, validation and test by their shares."""
    sizes = {}
    for label in np.unique(labels).tolist():
        n = int(np.count_nonzero(labels == label))
        n_val, n_test = part_sizes(n, val, test)
        sizes[label] = {VAL: n_val, TEST: n_test, TRAIN: n - n_val - n_test}
    return _filled(labels, seed, sizes, groups)


def _folded(labels: np.ndarray, spec: SplitSpec, test: float, groups: np.ndarray | None) -> np.ndarray:
    """The test part, which is the same for all folds, and the folds."""
    splits = _dealt(labels, spec.seed, 0.0, test, groups)
    rest = np.flatnonzero(splits == TRAIN)
    sizes = {}
    for label in np.unique(labels[rest]).tolist():
        sizes[label] = _fold_sizes(int(np.count_nonzero(labels[rest] == label)), label, spec.folds)
    splits[rest] = _filled(labels[rest], spec.seed + 1, sizes, None if groups is None else groups[rest])
    return splits


def _fold_sizes(n: int, label: int, folds: int) -> dict[int, int]:
    """What doesn't divide evenly goes to different folds in different classes."""
    return {FIRST_FOLD + f: (n + (f + label) % folds) // folds for f in range(folds)}


def _sizes(n: int, label: int, val: float, test: float, folds: int) -> dict[int, int]:
    """How many of a class's n images each part should have; the last part gets what is left over."""
    if folds:
        n_test = part_sizes(n, 0.0, test)[1]
        return {TEST: n_test, **_fold_sizes(n - n_test, label, folds)}
    n_val, n_test = part_sizes(n, val, test)
    return {VAL: n_val, TEST: n_test, TRAIN: n - n_val - n_test}


def _extended(
    labels: np.ndarray, seed: int, sizes: dict[int, dict[int, int]], groups: np.ndarray | None, known: np.ndarray
) -> np.ndarray:
    """The parts of known images as they were, and of new ones where each class lacks most."""
    parts = known.copy()
    if groups is not None:
        _join_known(parts, groups)
    left = {label: dict(wanted) for label, wanted in sizes.items()}
    for label, wanted in left.items():
        has = np.bincount(parts[(labels == label) & (parts >= 0)], minlength=max(wanted) + 1)
        left[label] = {part: max(0, size - int(has[part])) for part, size in wanted.items()}
    new = np.flatnonzero(parts < 0)
    parts[new] = _filled(labels[new], seed, left, None if groups is None else groups[new])
    return parts.astype(np.uint8)


def _join_known(parts: np.ndarray, groups: np.ndarray) -> None:
    """A new image goes where most of its group is already."""
    mixed = np.intersect1d(groups[parts < 0], groups[parts >= 0])
    places = np.flatnonzero(np.isin(groups, mixed))
    for group in mixed.tolist():
        members = places[groups[places] == group]
        there = parts[members]
        parts[members[there < 0]] = np.bincount(there[there >= 0]).argmax()


def _filled(labels: np.ndarray, seed: int, sizes: dict[int, dict[int, int]], groups: np.ndarray | None) -> np.ndarray:
    """Fill parts up to their sizes in each class: first the groups, large ones first, then single images."""
    parts = np.zeros(len(labels), np.uint8)
    is_placed = np.zeros(len(labels), bool)
    left = {label: dict(wanted) for label, wanted in sizes.items()}
    for members in [] if groups is None else _large_groups(groups, seed):
        found, counts = np.unique(labels[members], return_counts=True)
        part = _neediest(left, sizes, dict(zip(found.tolist(), counts.tolist(), strict=True)))
        parts[members], is_placed[members] = part, True
        for label, count in zip(found.tolist(), counts.tolist(), strict=True):
            left[label][part] -= count
    for label, wanted in left.items():
        members = np.flatnonzero((labels == label) & ~is_placed)
        shuffled = np.random.default_rng((seed, int(label))).permutation(members)
        start = 0
        for part, count in _fitting(wanted, len(members)):
            parts[shuffled[start : start + count]] = part
            start += count
    return parts


def _large_groups(groups: np.ndarray, seed: int) -> list[np.ndarray]:
    """Members of each group of two or more; large groups first, equal ones in an order by the seed."""
    found = members_of(groups)
    shuffled = [found[place] for place in np.random.default_rng((seed, len(found))).permutation(len(found))]
    return sorted(shuffled, key=len, reverse=True)


def _neediest(left: dict[int, dict[int, int]], sizes: dict[int, dict[int, int]], counts: dict[int, int]) -> int:
    """The part that lacks most of what a group holds, in relation to what it should get."""
    label = max(counts, key=lambda label: counts[label])
    wanted = {part: size for part, size in sizes[label].items() if size}

    def lack(part: int) -> float:
        return sum(n * left[key][part] / max(1, sizes[key][part]) for key, n in counts.items())

    return max(wanted, key=lambda part: (lack(part), wanted[part]))


def _fitting(wanted: dict[int, int], n: int) -> list[tuple[int, int]]:
    """How many of n images each part gets; those that groups overfilled get none, and the last one gets the rest."""
    filled, room = [], n
    for part, count in wanted.items():
        filled.append((part, min(max(0, count), room)))
        room -= filled[-1][1]
    last, count = filled[-1]
    return [*filled[:-1], (last, count + room)]
