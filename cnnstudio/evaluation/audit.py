"""Does an augmentation keep the classes? A trained network is asked about pictures distorted more and more.

Each operation is judged alone, on every picture, from nothing to twice its set strength.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.specs import settings_of
from cnnstudio.data.augmentation import AugmentSpec, Mixing, OperationSpec
from cnnstudio.evaluation.predict import predict_inputs

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnstudio.data.dataset import Dataset

LEVELS = (0.0, 0.5, 1.0, 1.5, 2.0)
MOST_IMAGES = 512
# A class counts as destroyed where half of the pictures that were right before are taken for one and the same other.
TAKEN_SHARE = 0.5
FEWEST = 4
DROP = 0.10


@dataclass(frozen=True)
class Taken:
    """One class's pictures are taken for another's, at the set strength."""

    true: int
    given: int
    share: float


@dataclass(frozen=True)
class AuditedOperation:
    """How accuracy follows one operation's strength.

    Args:
        title: Of the operation.
        levels: Shares of the set strength, ascending from 0; a yes or no has 0 and 1.
        strengths: What they mean in the operation's own unit; empty for a yes or no.
        accuracies: At each level, 0 to 1.
        taken: Classes that it destroys at the set strength.
    """

    title: str
    levels: tuple[float, ...]
    strengths: tuple[float, ...]
    accuracies: tuple[float, ...]
    taken: tuple[Taken, ...]

    @property
    def drop(self) -> float:
        """What the set strength costs, 0 to 1."""
        return self.accuracies[0] - self.accuracies[self.levels.index(1.0)]

    @property
    def is_harmful(self) -> bool:
        """True if it destroys a class, or costs more than a tenth."""
        return bool(self.taken) or self.drop > DROP


@dataclass(frozen=True)
class Audit:
    """All operations of an augmentation, judged by one network on so many pictures."""

    operations: tuple[AuditedOperation, ...]
    image_count: int
    split: str


def audit(network: "nn.Module", dataset: "Dataset", augment: AugmentSpec, seed: int, ctx: JobContext) -> Audit:
    """Judge each operation that is on, but for those that mix pictures.

    Args:
        network: In evaluation mode; its classes are the data set's.
        dataset: Opened; its validation images are asked about, or its test images where there are none.
        augment: The operations.
        seed: Of what is drawn.
        ctx: Checked between batches, told how far the work is.

    Raises:
        DataError: There is nothing to judge, or no picture to judge by.
    """
    judged = [operation for operation in augment.active if not isinstance(operation, Mixing)]
    if not judged:
        raise DataError("There is no operation to audit.", hint="Add one, or switch one on.")
    split, places = _pictures(dataset)
    plans = [(operation, *_levels(operation)) for operation in judged]
    total, done = sum(len(levels) for _, levels, _ in plans), 0
    found = []
    for operation, levels, strengths in plans:
        answers = []
        for number, level in enumerate(levels):
            ctx.progress(done, total, f"{operation.title}, {100 * level:.0f} % of its strength")
            alone = augment.replace(operations=(_at(operation, strengths, number),) if level else ())
            answers.append(_answers(network, dataset, alone, seed, split, places, ctx))
            done += 1
        found.append(_judged(operation, levels, strengths, answers, dataset.labels[places]))
    ctx.progress(total, total, "")
    return Audit(tuple(found), len(places), split)


def _pictures(dataset: "Dataset") -> tuple[str, npt.NDArray[np.int64]]:
    """Up to 512 pictures, spread evenly over the validation (or test) split."""
    for split in ("val", "test"):
        places = dataset.indices(split)
        if len(places):
            chosen = np.unique(np.linspace(0, len(places) - 1, MOST_IMAGES).astype(np.int64))
            return split, places[chosen]
    raise DataError("There are no validation or test images to audit with.", hint="Raise the validation share.")


def _levels(operation: OperationSpec) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The levels that an operation's bounds allow, and their strengths."""
    if not operation.strength_field:
        return (0.0, 1.0), ()
    info = next(info for info in settings_of(operation) if info.name == operation.strength_field)
    set_one = float(getattr(operation, info.name))
    is_whole = info.annotation is int
    kept: dict[float, float] = {}
    for level in LEVELS:
        strength = float(round(level * set_one)) if is_whole else level * set_one
        is_within = info.maximum is None or strength <= info.maximum
        is_new = strength not in kept.values() or level == 1.0
        if is_within and is_new and (level == 0 or info.minimum is None or strength >= info.minimum):
            kept[level] = strength
    return tuple(kept), tuple(kept.values())


def _at(operation: OperationSpec, strengths: Sequence[float], number: int) -> OperationSpec:
    """The operation at one of its strengths, on every picture."""
    if not strengths:
        return operation.replace(probability=1.0)
    return operation.replace(probability=1.0, **{operation.strength_field: strengths[number]})


def _answers(
    network: "nn.Module",
    dataset: "Dataset",
    augment: AugmentSpec,
    seed: int,
    split: str,
    places: npt.NDArray[np.int64],
    ctx: JobContext,
) -> npt.NDArray[np.int64]:
    """The network's best guess for each picture."""
    import torch

    from cnnstudio.data.feeding import preview_batches

    batches = preview_batches(dataset, augment, seed, split)
    positions = torch.from_numpy(np.searchsorted(dataset.indices(split), places))

    def inputs(rows: slice) -> "Tensor":
        ctx.check()
        return batches.draw(positions[rows], 0)[0]

    logits = predict_inputs(network, inputs, len(places), JobContext())
    best: npt.NDArray[np.int64] = logits.argmax(axis=1).astype(np.int64)
    return best


def _judged(
    operation: OperationSpec,
    levels: tuple[float, ...],
    strengths: tuple[float, ...],
    answers: Sequence[npt.NDArray[np.int64]],
    labels: npt.NDArray[np.int64],
) -> AuditedOperation:
    accuracies = tuple(float((given == labels).mean()) for given in answers)
    taken = _taken(labels, answers[0], answers[levels.index(1.0)])
    return AuditedOperation(operation.title, levels, strengths, accuracies, taken)


def _taken(
    labels: npt.NDArray[np.int64], before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]
) -> tuple[Taken, ...]:
    """Classes of which half the pictures, right before, are now taken for one and the same other class."""
    found = []
    for label in np.unique(labels):
        given = after[(labels == label) & (before == label)]
        if len(given) < FEWEST:
            continue
        counts = np.bincount(given)
        other = int(np.where(np.arange(len(counts)) == label, -1, counts).argmax())
        share = counts[other] / len(given)
        if other != label and share >= TAKEN_SHARE:
            found.append(Taken(int(label), other, float(share)))
    return tuple(sorted(found, key=lambda one: -one.share))
