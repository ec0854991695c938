"""The images that the network gets wrong, the worst first: those it was surest about."""

from dataclasses import dataclass

import numpy as np

from cnnstudio.evaluation.confusion import Ints
from cnnstudio.evaluation.predict import Floats


@dataclass(frozen=True)
class Mistake:
    """One image that was called something else.

    `index` is the image's place in the data set, `confidence` the probability of the given, wrong class and
    `p_true` that of the right one.
    """

    index: int
    true_class: int
    given_class: int
    confidence: float
    p_true: float


def mistakes(labels: Ints, probabilities: Floats, indices: Ints | None = None) -> tuple[Mistake, ...]:
    """All wrong answers, highest confidence first; of equals the one that gave the truth least.

    Args:
        labels: True classes, shape (N,).
        probabilities: Shape (N, classes).
        indices: Each image's place in the data set; 0 to N−1 if left out.
    """
    if len(labels) == 0:
        return ()
    places = np.arange(len(labels)) if indices is None else indices
    given = probabilities.argmax(axis=1)
    rows = np.arange(len(labels))
    confidence, p_true = probabilities[rows, given], probabilities[rows, labels]
    wrong = np.flatnonzero(given != labels)
    order = wrong[np.lexsort((p_true[wrong], -confidence[wrong]))]
    return tuple(
        Mistake(int(places[i]), int(labels[i]), int(given[i]), float(confidence[i]), float(p_true[i])) for i in order
    )
