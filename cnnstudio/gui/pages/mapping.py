"""What the map of the pictures computes beside the window, and what is said about it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, printable
from cnnstudio.data.splits import TRAIN
from cnnstudio.data.words import counted

if TYPE_CHECKING:
    from cnnstudio.data.picture_map import Method, PictureMap
    from cnnstudio.evaluation.features import FeatureMap
    from cnnstudio.gui.pages.lane_network import LaneNetwork
    from cnnstudio.runs.run import Run

# Examinations run there too; each page has a network of its own.
LANE = "judge"


@dataclass(frozen=True, eq=False)
class Mapped:
    """A map of pictures: by what `run` sees in them, or by their pixels; `features` is None then."""

    dataset: Dataset
    pictures: "PictureMap"
    run: "Run | None" = None
    features: "FeatureMap | None" = None

    @property
    def is_wrong(self) -> np.ndarray:
        """bool, shape (M,): the run gave another class than the data set."""
        return np.zeros(len(self.pictures.numbers), bool) if self.features is None else ~self.features.is_right


def make_map(ctx: JobContext, networks: "LaneNetwork", dataset: Dataset, run: "Run | None", method: "Method") -> Mapped:
    """Lay the pictures out by what a run's best epoch sees in them, or without a run by their pixels.

    Raises:
        RunError: The run has no weights yet.
        DataError: It was trained on other classes, or on pictures of another size.
    """
    from cnnstudio.data.picture_map import picture_map

    if run is None:
        return Mapped(dataset, picture_map(dataset, method, ctx))
    from cnnstudio.evaluation.features import feature_map

    loaded = networks.get(run, "best")
    ctx.check()
    found = feature_map(loaded.network, dataset, loaded.preprocess, loaded.classes, method, ctx)
    return Mapped(dataset, found.pictures, run, found)


def is_of_these_pictures(run: "Run", dataset: Dataset) -> bool:
    """Was a run trained on these pictures, at this size? Labels, splits and distortion may have changed since."""
    theirs, ours = run.data, dataset.spec
    sizes = [(p.side, p.channels, p.resize, p.float_range) for p in (theirs.preprocess, ours.preprocess)]
    return theirs.source == ours.source and sizes[0] == sizes[1] and run.classes == dataset.classes


def tooltips(found: Mapped) -> dict[int, str]:
    """For each picture on the map its name, its class, and what the run takes it for where that is another."""
    dataset, numbers, is_wrong = found.dataset, found.pictures.numbers.tolist(), found.is_wrong.tolist()
    given = [-1] * len(numbers) if found.features is None else found.features.given.tolist()
    texts = {}
    for number, answer, wrong in zip(numbers, given, is_wrong, strict=True):
        text = f"{printable(dataset.names[number])} · {printable(dataset.classes[int(dataset.labels[number])])}"
        texts[number] = f"{text} · taken for {printable(dataset.classes[answer])}" if wrong else text
    return texts


def map_text(found: Mapped, is_same_split: bool) -> str:
    """How well the map parts the classes, and how many wrong answers are on it.

    Args:
        found: The map.
        is_same_split: The run was trained on these parts, so that it can be told which pictures it learnt from.
    """
    together = found.pictures.together
    if found.features is None or found.run is None:
        return f"By the pixels, {100 * together:.0f} % of a picture's ten nearest neighbours are of its own class."
    first = (
        f"In what {printable(found.run.name)} sees, {100 * together:.0f} % of a picture's ten nearest neighbours are "
        f"of its own class; by the pixels {100 * found.features.pixels_together:.0f} %."
    )
    wrong = found.pictures.numbers[found.is_wrong]
    if not len(wrong):
        return f"{first} It is right about all {len(found.is_wrong):,} pictures."
    kept = int((found.dataset.splits[wrong] != TRAIN).sum())
    parts = f", {kept:,} of them kept from the training" if is_same_split else ""
    return f"{first} It is wrong about {len(wrong):,} of {counted(len(found.is_wrong), 'picture')}{parts}."
