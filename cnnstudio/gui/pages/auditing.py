"""What the tab Augment computes beside the window: a preview, and the audit of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.data.augmentation import AugmentSpec

if TYPE_CHECKING:
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.data.preview import Preview
    from cnnstudio.evaluation.audit import Audit
    from cnnstudio.gui.pages.lane_network import LaneNetwork
    from cnnstudio.runs.run import Run

COUNT = 24
PREVIEW_LANE, AUDIT_LANE = "inspect", "judge"


@dataclass(frozen=True)
class View:
    """What the preview shows: one picture in many epochs, or many pictures in one.

    Args:
        is_one: One picture, `COUNT` epochs.
        picture: Counts on when other pictures are wanted.
        epoch: The first one, from 0.
    """

    is_one: bool = False
    picture: int = 0
    epoch: int = 0

    def epochs(self) -> tuple[int, ...]:
        """The epoch of each tile."""
        return tuple(range(self.epoch, self.epoch + COUNT)) if self.is_one else (self.epoch,) * COUNT


def draw_preview(ctx: JobContext, dataset: "Dataset", augment: AugmentSpec, seed: int, view: View) -> "Preview":
    """The tensors that a training with this seed gets.

    Raises:
        DataError: There is no training image.
    """
    import torch

    from cnnstudio.data.preview import make_preview

    torch.set_num_threads(1)
    ctx.check()
    places = shown_places(dataset, view)
    return make_preview(dataset, augment, seed, places, view.epochs()[: len(places)])


def waiting_text(job: Job, active: Sequence[Job]) -> str:
    """What the preview waits for: its turn behind another job of its lane, or its own drawing."""
    before = next((other for other in active if other.lane == job.lane and other.number < job.number), None)
    return "Drawing the pictures…" if before is None else f"Waiting for: {before.name}…"


def shown_places(dataset: "Dataset", view: View) -> Sequence[int]:
    """Which pictures are drawn: in turn one of each class, then the next of each."""
    import numpy as np

    training = dataset.indices("train")
    if not len(training):
        raise DataError("There are no training images.", hint="Lower the shares of validation and test.")
    labels = dataset.labels[training]
    within = np.zeros(len(training), np.int64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        within[members] = np.arange(len(members))
    by_round = training[np.lexsort((labels, within))]
    if view.is_one:
        return [int(by_round[view.picture % len(by_round)])] * COUNT
    start = view.picture * COUNT % len(by_round)
    chosen = np.take(by_round, range(start, start + min(COUNT, len(by_round))), mode="wrap")
    return [int(place) for place in chosen]


def audit_run(
    ctx: JobContext, networks: "LaneNetwork", run: "Run", dataset: "Dataset", augment: AugmentSpec
) -> "Audit":
    """Ask a run's best network about distorted pictures.

    Raises:
        DataError: The run was trained on other data, or there is nothing to judge.
        RunError: It has no weights yet.
    """
    from cnnstudio.evaluation.audit import audit

    if dataset.digest != run.info.data_digest:
        raise DataError(
            f"{run.name} was trained on other data than what is open.", hint="Train a run on these data, then audit."
        )
    loaded = networks.get(run, "best")
    ctx.check()
    return audit(loaded.network, dataset, augment, run.config.seed, ctx)
