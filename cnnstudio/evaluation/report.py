"""The numbers that sum up how good a network is on one split, and how far they can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import DataError
from cnnstudio.evaluation.confusion import Ints, confusion
from cnnstudio.evaluation.predict import Floats

TOP = 5


@dataclass(frozen=True)
class ClassReport:
    """How one class fares.

    Of the images called this class, `precision` is the share that are it; of the images that are it, `recall` is
    the share that were called it; `f1` is their harmonic mean. Each is 0 where nothing could be counted.
    """

    name: str
    n: int
    given: int
    precision: float
    recall: float
    f1: float

    def to_json(self) -> dict[str, Any]:
        """As `evaluate --json` prints it."""
        return {
            "class": self.name,
            "n": self.n,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


@dataclass(frozen=True, eq=False)
class Report:
    """How good the network is on one split; shares are 0 to 1, the loss is the mean cross-entropy in nats.

    `top1_interval` is the Wilson score interval at 95 %: how far chance in drawing the images moves `top1`.
    """

    split: str
    n: int
    top1: float
    top1_interval: tuple[float, float]
    top5: float
    loss: float
    confusion: npt.NDArray[np.int64]
    per_class: tuple[ClassReport, ...]

    @property
    def balanced(self) -> float:
        """Mean recall of the classes that have images: every class counts alike, however many images it has."""
        recalls = [row.recall for row in self.per_class if row.n]
        return sum(recalls) / len(recalls)

    @property
    def most_common(self) -> ClassReport:
        """The class with the most images: who always answers it gets their share."""
        return max(self.per_class, key=lambda row: row.n)

    @property
    def right(self) -> int:
        """Images whose best guess is their class."""
        return int(np.trace(self.confusion))

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the classes that occur, each counting the same however many images it has."""
        seen = [row.f1 for row in self.per_class if row.n or row.given]
        return float(np.mean(seen)) if seen else 0.0

    def to_json(self) -> dict[str, Any]:
        """As `evaluate --json` prints it."""
        return {
            "split": self.split,
            "n": self.n,
            "top1": self.top1,
            "top5": self.top5,
            "loss": self.loss,
            "balanced_accuracy": self.balanced,
            "confusion": self.confusion.tolist(),
            "per_class": [row.to_json() for row in self.per_class],
        }


def report(split: str, labels: Ints, logits: Floats, classes: Sequence[str]) -> Report:
    """Judge logits of shape (N, classes) against the true classes of shape (N,).

    Raises:
        DataError: There is no image to judge by.
    """
    n = len(labels)
    if n == 0:
        raise DataError(
            f"The split '{split}' holds no images, so there is nothing to judge by.",
            hint="Choose another split, or give it a share of the data on the Data page.",
        )
    given = logits.argmax(axis=1)
    counts = confusion(labels, given, len(classes))
    right = int(np.trace(counts))
    return Report(
        split=split,
        n=n,
        top1=right / n,
        top1_interval=wilson_interval(right, n),
        top5=top_share(labels, logits, TOP),
        loss=cross_entropy(labels, logits),
        confusion=counts,
        per_class=per_class(counts, classes),
    )


def per_class(counts: npt.NDArray[np.int64], classes: Sequence[str]) -> tuple[ClassReport, ...]:
    """Precision, recall and F1 of each class, from the confusion matrix."""
    rows = []
    for index, name in enumerate(classes):
        right, n, given = (int(v) for v in (counts[index, index], counts[index].sum(), counts[:, index].sum()))
        rows.append(
            ClassReport(
                name=name,
                n=n,
                given=given,
                precision=right / given if given else 0.0,
                recall=right / n if n else 0.0,
                f1=2 * right / (n + given) if n + given else 0.0,
            )
        )
    return tuple(rows)


def top_share(labels: Ints, logits: Floats, k: int) -> float:
    """Share of the images whose class is among the `k` best guesses; of equals the first in class order counts."""
    order = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return float((order == np.asarray(labels)[:, None]).any(axis=1).mean())


def cross_entropy(labels: Ints, logits: Floats) -> float:
    """Mean of −ln p(true class): 0 is perfect, ln(classes) is guessing."""
    values = np.asarray(logits, np.float64)
    highest = values.max(axis=1)
    log_sum = highest + np.log(np.exp(values - highest[:, None]).sum(axis=1))
    return float((log_sum - values[np.arange(len(values)), labels]).mean())


def wilson_interval(right: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Between which shares does the true accuracy lie, given `right` of `n`?

    Unlike the textbook's p ± z·√(p(1−p)/n) it stays within 0 and 1 and has a width at 0 and 100 %.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22(158), 209-212.
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = right / n
    centre = share + z * z / (2 * n)
    half = z * ((share * (1 - share) + z * z / (4 * n)) / n) ** 0.5
    scale = 1 + z * z / n
    # At 0 and n of n the exact bounds are 0 and 1; rounding leaves 1e-17 beside them.
    low = 0.0 if right == 0 else (centre - half) / scale
    high = 1.0 if right == n else (centre + half) / scale
    return low, high
