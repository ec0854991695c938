"""What the Evaluate page computes beside the window: a run's network judged on a split of its own data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.evaluation.evaluate import Evaluation, evaluate
from cnnstudio.gui.pages.lane_network import LaneNetwork

if TYPE_CHECKING:
    from cnnstudio.runs.run import Run

# One lane for what is asked for with a button and must not be thrown away when somebody looks at a picture meanwhile.
LANE = "judge"


@dataclass(frozen=True, eq=False)
class Judged:
    """An evaluation, the data it was made on, and the epoch whose weights were judged."""

    run: "Run"
    dataset: Dataset
    evaluation: Evaluation
    epoch: int


def judge(ctx: JobContext, networks: LaneNetwork, run: "Run", split: str, dataset: Dataset | None) -> Judged:
    """Judge the best epoch of a run on one split.

    The split is that of the data as they were in training: with another one the test could hold images that the
    network was trained on. So `dataset` is used only if it is the same, and else opened anew.

    Raises:
        RunError: The run has no weights, or its data changed since.
        DataError: The data can't be read, or the split is empty.
    """
    loaded = networks.get(run, "best")
    ctx.check()
    if run.is_imported:
        dataset = _foreign_data(ctx, run, dataset)
    elif dataset is None or dataset.digest != run.info.data_digest:
        dataset = _own_data(ctx, run)
    found = evaluate(loaded.network, dataset, loaded.preprocess, loaded.classes, split, ctx)
    return Judged(run, dataset, found, loaded.epoch)


def images_to_judge(run: "Run", dataset: Dataset | None, split: str) -> int:
    """How many images a run can be judged on: its own, or for imported weights those that are open."""
    if not run.is_imported:
        return run.info.counts.get(split, 0)
    return len(dataset.indices(split)) if dataset is not None else 0


def _foreign_data(ctx: JobContext, run: "Run", dataset: Dataset | None) -> Dataset:
    """The open data as the imported network takes it: nobody knows on which images its weights were learnt."""
    if dataset is None:
        return open_dataset(run.data, ctx)  # raises, and says that there is none
    return open_dataset(dataset.spec.replace(preprocess=run.data.preprocess), ctx)


def _own_data(ctx: JobContext, run: "Run") -> Dataset:
    dataset = open_dataset(run.data, ctx)
    if dataset.digest != run.info.data_digest:
        raise RunError(
            f"The data of {run.name} changed since it was trained: its split can't be told any more, and the test "
            "might hold images that the network has learnt from.",
            hint="Put the files back as they were, or train a new run on the data as they are now.",
        )
    return dataset
