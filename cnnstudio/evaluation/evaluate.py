"""Judge a network on a split of a data set: the job behind the Evaluate page and `cnnstudio evaluate`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import DataError
from cnnstudio.evaluation.confusion import cell_members
from cnnstudio.evaluation.mistakes import Mistake, mistakes
from cnnstudio.evaluation.predict import predict, softmax
from cnnstudio.evaluation.report import Report, report

if TYPE_CHECKING:
    from torch import nn

    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.data.spec import PreprocessSpec


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A report, and for each judged image what was said of it.

    `indices` are places in the data set, shape (N,); `labels` the true classes in the network's own order;
    `probabilities` has the shape (N, classes).
    """

    report: Report
    classes: tuple[str, ...]
    indices: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]

    @property
    def given(self) -> npt.NDArray[np.int64]:
        """The best guess for each image."""
        best: npt.NDArray[np.int64] = self.probabilities.argmax(axis=1).astype(np.int64)
        return best

    def mistakes(self) -> tuple[Mistake, ...]:
        """The wrong answers, worst first."""
        return mistakes(self.labels, self.probabilities, self.indices)

    def cell(self, true_class: int, given_class: int) -> npt.NDArray[np.intp]:
        """Positions (not places in the data set) of one confusion cell's images, the surest answer first."""
        members = cell_members(self.labels, self.given, true_class, given_class)
        ordered: npt.NDArray[np.intp] = members[np.argsort(-self.probabilities[members, given_class], kind="stable")]
        return ordered

    def to_json(self) -> dict[str, Any]:
        """As `evaluate --json` prints it."""
        return self.report.to_json()


def evaluate(
    network: "nn.Module",
    dataset: "Dataset",
    preprocess: "PreprocessSpec",
    classes: Sequence[str],
    split: str,
    ctx: "JobContext",
    *,
    batch: int = 256,
) -> Evaluation:
    """Judge `network` on one split ("train", "val", "test") of a data set, or on "all" of it.

    Classes are matched by name, so a data set whose classes stand in another order is judged rightly.

    Raises:
        DataError: The data set has classes that the network doesn't know, pictures of another size, or the split
            is empty.
    """
    indices = np.asarray(dataset.indices(split), np.int64)
    require_size(dataset, preprocess)
    labels = own_labels(dataset.labels[indices], dataset.classes, classes)
    logits = predict(network, dataset.pixels[indices], preprocess, ctx, batch=batch)
    result = report(split, labels, logits, classes)
    return Evaluation(result, tuple(classes), indices, labels, softmax(logits))


def own_labels(labels: npt.NDArray[np.int64], theirs: Sequence[str], ours: Sequence[str]) -> npt.NDArray[np.int64]:
    """Labels that count in `theirs` as labels that count in `ours`, matched by name."""
    unknown = sorted({theirs[label] for label in np.unique(labels)} - set(ours))
    if unknown:
        named = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        raise DataError(
            f"The network was not trained on {len(unknown)} of the data set's classes: {named}.",
            hint=f"It knows {', '.join(ours[:10])}{' …' if len(ours) > 10 else ''}. Rename the folders, or choose "
            "other data.",
        )
    place = {name: index for index, name in enumerate(ours)}
    translated = np.array([place.get(name, -1) for name in theirs], np.int64)
    mapped: npt.NDArray[np.int64] = translated[labels]
    return mapped


def require_size(dataset: "Dataset", preprocess: "PreprocessSpec") -> None:
    """Check that the pictures have the size that a network takes.

    Raises:
        DataError: They haven't.
    """
    wanted = (preprocess.channels, preprocess.side, preprocess.side)
    found = tuple(dataset.pixels.shape[1:])
    if found != wanted:
        raise DataError(
            f"The pictures are {_size_text(found)}, the network takes {_size_text(wanted)}.",
            hint="Open the data with the run's own settings.",
        )


def _size_text(shape: tuple[int, ...]) -> str:
    channels, height, width = shape
    return f"{width}×{height} with {channels} channel{'s' if channels > 1 else ''}"
