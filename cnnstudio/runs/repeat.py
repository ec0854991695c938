"""Running a run again, identically, and saying whether the same came out; and going on after it diverged."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.runs.circumstances import differences
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import TRAIN, Run, RunState, open_run
from cnnstudio.runs.store import create_run, note_state
from cnnstudio.runs.tuned import PLAN, copy_plan
from cnnstudio.training.checkpoint import Checkpoint, load_latest
from cnnstudio.training.config import TrainConfig

if TYPE_CHECKING:
    from torch import Tensor

# A change of these in the middle of a run would mix two different trainings.
FIXED = ("batch", "seed", "loss", "initialisation")
MACHINE = ("device", "threads", "precision", "channels_last", "compile", "deterministic")


@dataclass(frozen=True)
class Verdict:
    """What came of running a run again.

    Args:
        is_equal: Every weight, statistic and moment is the same to the last bit.
        largest: Largest difference of a weight.
        changed: What differs between then and now (versions, threads, device), one line each.
        text: All that as a sentence or two.
    """

    is_equal: bool
    largest: float
    changed: tuple[str, ...]
    text: str


def repeat_run(ctx: JobContext, run: Run, path: Path, dataset: Dataset | None = None) -> tuple[Run, Verdict]:
    """Train a copy of a run from its start into `path`, and compare it with the original.

    Raises:
        RunError: The original was never saved, its data changed, or the repetition did not come to its end.
    """
    again, dataset = begin_repetition(ctx, run, path, dataset)
    train_run(ctx, again, dataset)
    return again, verdict_of(run, again)


def begin_repetition(ctx: JobContext, run: Run, path: Path, dataset: Dataset | None = None) -> tuple[Run, Dataset]:
    """A new run in `path` that will do what the finished `run` did, and the data for it.

    Raises:
        RunError: The original has no end to compare with, or its data changed.
    """
    _last(run)
    if run.state not in (RunState.FINISHED, RunState.STOPPED):
        raise RunError(
            f"{run.name} is {run.state.value}: there is no end to compare with.", hint="Let it finish first."
        )
    dataset = dataset or open_dataset(run.data, ctx)
    if dataset.digest != run.info.data_digest:
        raise RunError(f"The data changed since {run.name} was started.", hint="Bring the data back as it was.")
    again = create_run(path, dataset, run.graph, run.config, f"{run.name}, again")
    copy_plan(run, again)
    return again, dataset


def verdict_of(run: Run, again: Run) -> Verdict:
    """Compare a repetition that was trained with its original; kept in the repetition's journal.

    Raises:
        RunError: It did not come to its end.
    """
    if again.state is not RunState.FINISHED:
        raise RunError(f"The repetition did not come to its end; it is {again.state.value}.")
    verdict = compare(_last(run), _last(again))
    note_state(again, again.state, verdict.text)
    return verdict


def compare(one: Checkpoint, other: Checkpoint) -> Verdict:
    """Are two trainings the same to the last bit, and if not, how far are they apart and why may that be?"""
    then, now = one.state.get("made_with", {}), other.state.get("made_with", {})
    changed = tuple(differences(then, now))
    steps = (one.state["position"]["step"], other.state["position"]["step"])
    if one.weights.keys() != other.weights.keys() or steps[0] != steps[1]:
        return Verdict(False, float("inf"), changed, f"Not comparable: {steps[0]:,} steps then, {steps[1]:,} now.")
    pairs = list(_pairs(one, other))
    is_equal = all(np.array_equal(a.numpy(), b.numpy()) for a, b in pairs)
    largest = max((float((a.double() - b.double()).abs().max()) for a, b in pairs if a.numel()), default=0.0)
    return Verdict(is_equal, largest, changed, _text(is_equal, largest, changed))


def change_recipe(run: Run, config: TrainConfig, why: str) -> Run:
    """Let a run that stopped or diverged go on from its last checkpoint by another recipe; kept in its journal.

    Raises:
        RunError: It is being trained, a newer version made it, or the change would make another training of it.
    """
    run.require_writable()
    if run.is_locked:
        raise RunError(f"{run.name} is being trained.", hint="Stop it first.")
    for name in FIXED:
        if getattr(config, name) != getattr(run.config, name):
            raise RunError(f"A run can't change its {name} on the way.", hint="Start a new run.")
    if any(getattr(config, name) != getattr(run.config, name) for name in MACHINE):
        (run.path / PLAN).unlink(missing_ok=True)
    files.write_json(run.path / TRAIN, config.to_json())
    note_state(run, RunState.STOPPED, why)
    return open_run(run.path)


def calmer(config: TrainConfig) -> TrainConfig:
    """The recipe with a learning rate ten times smaller."""
    return config.replace(optimizer=config.optimizer.replace(rate=config.optimizer.rate / 10))


def clipped(config: TrainConfig) -> TrainConfig:
    """The recipe with gradients shortened to a norm of 1."""
    return config.replace(regularisation=config.regularisation.replace(clip_norm=1.0))


def _pairs(one: Checkpoint, other: Checkpoint) -> "Iterator[tuple[Tensor, Tensor]]":
    """Weights, moments and averages of both, where both have them."""
    for mine, theirs in ((one.weights, other.weights), (one.optimizer, other.optimizer), (one.average, other.average)):
        yield from ((mine[name], theirs[name]) for name in mine.keys() & theirs.keys())


def _text(is_equal: bool, largest: float, changed: tuple[str, ...]) -> str:
    why = f" Other than then: {'; '.join(changed)}." if changed else ""
    if is_equal:
        return f"The same to the last bit.{why}"
    return f"Not the same: weights differ by up to {largest:.2g}.{why or ' Nothing that is known differs.'}"


def _last(run: Run) -> Checkpoint:
    found = load_latest(run.checkpoints) if run.checkpoints.is_dir() else None
    if found is None:
        raise RunError(f"{run.name} has no saved weights.", hint="Train it first.")
    return found
