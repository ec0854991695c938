"""A run that several processes train together: the first one makes it and writes, the others take their shares."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.runs.execute import check_same_data, train_run
from cnnstudio.runs.preparing import build_trainer
from cnnstudio.runs.run import Run, open_run
from cnnstudio.training.events import RunEnded, RunPaused, RunResumed
from cnnstudio.training.joining import Place, joined

if TYPE_CHECKING:
    from cnnstudio.training.distributed import Group

Begin = Callable[[JobContext], tuple[Run, Dataset | None]]


def train_together(
    ctx: JobContext,
    place: Place,
    folder: Path,
    begin: Begin,
    device: str,
    *,
    several_machines: bool = False,
    syncs_norms: bool = False,
) -> RunEnded:
    """Train a run as `train_run` does, each batch divided among the processes that were started together.

    Args:
        ctx: Its events are told in the first process; in the others only that it rests, and goes on.
        place: Of this process among them.
        folder: Of the run; all processes must see it.
        begin: Makes or opens the run, in the first process only.
        device: The recipe's.
        several_machines: Connections to other machines are wanted.
        syncs_norms: Batch normalisation measures the whole batch.

    Raises:
        RecipeError: They can't train together like that.
        RunError: Another process ended, the folder isn't seen by all, or the data differ.
    """
    from cnnstudio.training.distributed import Group

    with joined(place, device, several_machines=several_machines) as where:
        group = Group(where, local_size=place.local_size, syncs_norms=syncs_norms)
        if group.is_writer:
            run, dataset = begin(ctx)
            group.wait()
            ended = train_run(ctx, run, dataset, group)
        else:
            ended = _take_part(ctx, folder, group)
        if not group.has_left:
            group.wait()
        return ended


def _take_part(ctx: JobContext, folder: Path, group: "Group") -> RunEnded:
    """Train this process's shares of the run that the first one made; nothing is written here."""
    group.wait()
    if not folder.is_dir():
        raise RunError(
            f"Process {group.rank + 1} of {group.size} doesn't see {folder}, which the first one made.",
            hint="Let --out name a folder that all machines share.",
        )
    run = open_run(folder)
    dataset = open_dataset(run.data, ctx)
    check_same_data(run, dataset)
    group.wait()
    with ExitStack() as stack:
        trainer = build_trainer(ctx, run, dataset, lambda: None, stack, group)

        def tell(event: object) -> None:
            # All wait for this one then, and the first can't know what for.
            if isinstance(event, RunPaused | RunResumed):
                ctx.emit(event)

        return trainer.run(group.context(ctx), tell)
