"""From a run's folder to a trainer that stands where the run stands."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.feeding import split_batches, training_batches
from cnnstudio.data.loader import Batches
from cnnstudio.runs.circumstances import circumstances, differences, differences_text
from cnnstudio.runs.run import Run
from cnnstudio.runs.tuned import run_plan
from cnnstudio.training.checkpoint import Checkpoint, load_best, load_latest
from cnnstudio.training.contradictions import contradictions
from cnnstudio.training.events import Noted
from cnnstudio.training.plan import Plan
from cnnstudio.training.saving import require_room

if TYPE_CHECKING:
    import torch
    from torch import nn

    from cnnstudio.training.distributed import Group
    from cnnstudio.training.trainer import Trainer

NOT_EQUAL = "The result will not be equal, bit for bit, to that of a run that never stopped."


def build_trainer(
    ctx: JobContext,
    run: Run,
    dataset: Dataset,
    before_save: Callable[[], None],
    stack: ExitStack,
    group: "Group | None" = None,
) -> "Trainer":
    """The trainer where the run stands, alone or in a group; `stack` ends the processes that prepare its batches.

    Raises:
        RecipeError: The device that the recipe asks for is not there.
        RunError: No checkpoint is intact.
        FileError: The disk has no room for the checkpoints.
    """
    from cnnstudio.training.device import choose_device
    from cnnstudio.training.health import HealthObserver
    from cnnstudio.training.trainer import Trainer

    device = choose_device(run.config.device) if group is None else group.device
    latest = load_latest(run.checkpoints) if run.checkpoints.is_dir() else None
    network = _network(run, group)
    plan = _fitting(run_plan(ctx, run, dataset, network.to(device), device))
    # In a group all stop after the same step: none may end in the middle of one.
    train, val = _batches(run, dataset, device, stack, ctx.aside() if group is None else None)
    made_with = circumstances(run, device, plan) | ({} if group is None else group.circumstances)
    if group is not None:
        train, val, plan = group.share(train), group.share(val), group.fit(plan)
    trainer = Trainer(
        *(network, train, val, run.config, device, run.checkpoints, before_save, plan),
        observers=(HealthObserver(),) if group is None or group.is_writer else (),
        name_of=_namer(dataset),
        made_with=made_with,
        notes=_notes(run, dataset, latest, made_with),
        team=group,
    )
    require_room(run.path, 4 * 3 * sum(p.numel() for p in network.parameters()))
    if latest is not None:
        trainer.restore(latest, load_best(run.checkpoints))
    return trainer


def _namer(dataset: Dataset) -> Callable[[int], str]:
    """What a training image is called by its position in the split."""
    rows = dataset.indices("train")
    return lambda position: dataset.names[int(rows[position])]


def _network(run: Run, group: "Group | None") -> "nn.Module":
    """The run's network with the weights that its training begins with."""
    from cnnstudio.network.compile import compile_network
    from cnnstudio.training.beginning import initialise

    network = compile_network(run.graph, seed=run.config.seed)
    initialise(network, run.config)
    if group is not None:
        group.prepare(network)
    return network


def _batches(
    run: Run, dataset: Dataset, device: "torch.device", stack: ExitStack, ctx: JobContext | None
) -> tuple[Batches, Batches]:
    """Those to train on and those to judge by; `ctx` is checked while files are read for them."""
    config = run.config
    train = training_batches(dataset, run.data.augment, config.batch, config.seed, device, config.workers, ctx)
    stack.callback(train.close)
    return train, split_batches(dataset, "val", max(256, config.batch), config.seed, device, ctx)


def _fitting(plan: Plan) -> Plan:
    """The plan with no more threads than there are cores: they wait for each other, and take ten times as long."""
    from cnnstudio.training.device import thread_count, usable_cores

    return plan if plan.threads <= usable_cores() else plan.replace(threads=thread_count(0))


def _notes(run: Run, dataset: Dataset, latest: Checkpoint | None, now: dict[str, Any]) -> list[Noted]:
    """What the user should know at the start: contradictions of the recipe, and what differs from before."""
    if latest is None:
        train, val = (len(dataset.indices(split)) for split in ("train", "val"))
        return [
            Noted(0, one.text, one.hint)
            for one in contradictions(run.config, train, val, graph=run.graph)
            if not one.is_fatal
        ]
    step, then = latest.state["position"]["step"], latest.state.get("made_with", {})
    text = differences_text(differences(then, now))
    return [Noted(step, text, NOT_EQUAL)] if text else []
