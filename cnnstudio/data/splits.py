"""Deal images out to training, validation and test: a fixed share of each class, by a seed."""

import numpy as np

from cnnstudio.data.spec import SplitSpec

SPLITS = ("train", "val", "test")
TRAIN, VAL, TEST = range(3)


def stratified_splits(labels: np.ndarray, spec: SplitSpec, given: np.ndarray | None = None) -> np.ndarray:
    """The split of each image.

    Splits that the source names are kept; what it leaves open is dealt out class by class. A class's dealing
    depends on the seed and on that class alone. Where the source has a training part but no validation or test
    part, that part is taken from the training images.

    Args:
        labels: int64, shape (N,).
        spec: Shares and seed.
        given: int8, shape (N,), index into SPLITS or -1; None if all is open.

    Returns:
        uint8, shape (N,), index into SPLITS.
    """
    given = np.full(len(labels), -1, np.int8) if given is None else given
    is_given = [bool((given == split).any()) for split in range(3)]
    is_open = given == -1
    if is_given[TRAIN] and not (is_given[VAL] and is_given[TEST]):
        is_open = is_open | (given == TRAIN)
    val = 0.0 if is_given[VAL] else spec.val
    test = 0.0 if is_given[TEST] else spec.test
    splits = np.where(given >= 0, given, TRAIN).astype(np.uint8)
    for label in np.unique(labels[is_open]):
        members = np.flatnonzero(is_open & (labels == label))
        shuffled = np.random.default_rng((spec.seed, int(label))).permutation(members)
        n_val, n_test = part_sizes(len(members), val, test)
        splits[members] = TRAIN
        splits[shuffled[:n_val]] = VAL
        splits[shuffled[n_val : n_val + n_test]] = TEST
    return splits


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
