"""Which class is taken for which?"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]


def confusion(labels: Ints, given: Ints, classes: int) -> npt.NDArray[np.int64]:
    """Count each pair of true and given class.

    Args:
        labels: True class of each image, shape (N,).
        given: The network's best guess, same shape.
        classes: Number of classes.

    Returns:
        Counts, shape (classes, classes): a row is a true class, a column a given one.
    """
    pairs = np.asarray(labels, np.int64) * classes + np.asarray(given, np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def cell_members(labels: Ints, given: Ints, true_class: int, given_class: int) -> npt.NDArray[np.intp]:
    """Positions of the images that one cell of the confusion matrix counts."""
    return np.flatnonzero((np.asarray(labels) == true_class) & (np.asarray(given) == given_class))
