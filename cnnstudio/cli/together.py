"""`train` and `resume` in one of several processes: under torchrun, SLURM's srun, or started by `--processes`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio.core.errors import RecipeError, StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.run import Run
from cnnstudio.training.events import RunEnded
from cnnstudio.training.joining import Place, find_place

ProcessesOption = Annotated[
    int,
    typer.Option("--processes", min=1, max=256, help="Divide each batch among so many processes of this machine."),
]
NodesOption = Annotated[
    bool, typer.Option("--several-nodes", help="Allow processes on other machines: the network must be trusted.")
]
NormOption = Annotated[
    bool, typer.Option("--sync-batch-norm", help="With several processes: measure batch norms over the whole batch.")
]


def my_place() -> Place | None:
    """This process's place among those that were started together; None if it is alone."""
    return find_place(os.environ)


def train_in_group(
    ctx: JobContext,
    place: Place,
    folder: Path,
    begin: Callable[[JobContext], tuple[Run, Any]],
    device: str,
    *,
    several_nodes: bool,
    sync_norms: bool,
) -> RunEnded:
    """Train a run together with the others; torchrun is told what went wrong here."""
    from torch.distributed.elastic.multiprocessing.errors import get_error_handler

    from cnnstudio.runs.together import train_together

    handler = get_error_handler()
    handler.initialize()
    try:
        return train_together(ctx, place, folder, begin, device, several_machines=several_nodes, syncs_norms=sync_norms)
    except StudioError as error:
        handler.record_exception(error)
        raise


def require_alone(apart: bool) -> None:
    """Refuse what makes no sense in a group.

    Raises:
        RecipeError: `--process` was asked for.
    """
    if apart:
        raise RecipeError("Several processes train already: --process would start one more for each.")
