"""The training job: opens what a run needs, trains, and keeps the run folder up to date.

The window runs it in the lane "train", the command line inline: it is the same function.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.runs.preparing import build_trainer
from cnnstudio.runs.run import HISTORY, LOCK, TRAIN, Run, RunState, open_run
from cnnstudio.runs.store import note_state, restore_record
from cnnstudio.runs.tensorboard import FOLDER, EventFiles
from cnnstudio.runs.writer import HistoryWriter, cut_history
from cnnstudio.training.device_failure import device_failure
from cnnstudio.training.events import EndReason, RunEnded, RunPaused, RunResumed, TrainingEvent

if TYPE_CHECKING:
    from cnnstudio.training.distributed import Group


def train_run(ctx: JobContext, run: Run, dataset: Dataset | None = None, group: "Group | None" = None) -> RunEnded:
    """Train a run from where it stands to its last epoch, or until it is stopped.

    Args:
        run: As created or as left by an earlier stop, crash or power cut.
        dataset: The run's data if it is open already; otherwise it is opened from the run's spec.
        group: The processes that train it together with this one, which is the first (`runs.together`).

    Raises:
        RunError: Another process trains it, its data changed, no checkpoint is intact, or its device broke down.
    """
    run.require_writable()
    with _lock(run), ExitStack() as stack:
        files.remove_leftovers(run.path)
        files.remove_leftovers(run.checkpoints)
        dataset = dataset or open_dataset(run.data, ctx)
        check_same_data(run, dataset)
        history = HistoryWriter(run.path / HISTORY)

        def before_save() -> None:
            restore_record(run)  # checkpoints in a folder that is no run could not be found again
            history.sync()

        trainer = build_trainer(ctx, run, dataset, before_save, stack, group)
        if group is not None:
            group.wait()
            ctx = group.context(ctx)
        cut_history(run.path / HISTORY, trainer.position.step, trainer.position.epoch)
        told = "".join(f"; {note.text}" for note in trainer.notes)
        note_state(run, RunState.RUNNING, f"at step {trainer.position.step}{told}")
        # Whoever makes this folder wants event files, now and after each resume.
        wants_events = (run.path / FOLDER).is_dir()
        event_files = stack.enter_context(EventFiles(run.path / FOLDER)) if wants_events else None
        try:
            return trainer.run(ctx, _keeper(run, ctx, history, event_files))
        except RuntimeError as error:
            if failure := device_failure(error):
                raise failure from error
            raise


def extend_run(run: Run, epochs: int) -> Run:
    """Let a run train until `epochs` epochs in all.

    Raises:
        RunError: It has done more already.
    """
    run.require_writable()
    done = len(run.epochs())
    if epochs < done:
        raise RunError(f"{run.name} has done {done:,} epochs; it can't end after {epochs:,}.")
    files.write_json(run.path / TRAIN, run.config.replace(epochs=epochs).to_json())
    return open_run(run.path)


def _keeper(
    run: Run, ctx: JobContext, history: HistoryWriter, event_files: EventFiles | None
) -> Callable[[TrainingEvent | Progress], None]:
    """What receives the trainer's events: history and journal first, then whoever watches."""

    def keep(event: TrainingEvent | Progress) -> None:
        if not isinstance(event, Progress):
            history.write(event)
        if isinstance(event, RunPaused):
            note_state(run, RunState.PAUSED, f"at step {event.step}{f': {event.why}' if event.why else ''}")
        elif isinstance(event, RunResumed):
            note_state(run, RunState.RUNNING, f"at step {event.step}")
        elif isinstance(event, RunEnded):
            note_state(run, _STATES[event.reason], event.text)
        if event_files is not None and not isinstance(event, Progress):
            event_files.write(event)
        ctx.emit(event)

    return keep


_STATES = {
    EndReason.FINISHED: RunState.FINISHED,
    EndReason.STOPPED: RunState.STOPPED,
    EndReason.DIVERGED: RunState.DIVERGED,
    EndReason.FAILED: RunState.FAILED,
}


def check_same_data(run: Run, dataset: Dataset) -> None:
    """Refuse to go on with data that aren't those of the run's start.

    Raises:
        RunError: With the counts then and now.
    """
    from cnnstudio.data.inventory import changes_since

    if dataset.digest == run.info.data_digest:
        return
    counts: dict[str, Any] = {split: len(dataset.indices(split)) for split in run.info.counts}
    now, then = (", ".join(f"{n:,} {split}" for split, n in c.items()) for c in (counts, run.info.counts))
    changes = changes_since(run.path, dataset)
    what = f"{changes} (now" if changes else "now"
    raise RunError(
        f"The data changed since {run.name} was started: {what} {now} images, then {then}{')' if changes else ''}. "
        "The run is untouched.",
        hint="Start a new run on the data as it is now.",
    )


def _lock(run: Run) -> FileLock:
    lock = FileLock(run.path / LOCK)
    try:
        lock.acquire(timeout=0.5)  # whoever looks at the state holds it for a moment
    except Timeout:
        raise RunError(
            f"{run.name} is being trained by another process.", hint="Wait for it, or stop it there."
        ) from None
    except OSError as error:
        raise files.write_error(run.path / LOCK, error) from error
    return lock
