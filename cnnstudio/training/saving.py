"""When and how a training is saved, and what happens when it can't be."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from cnnstudio.core.errors import Cancelled, FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.training.checkpoint import Checkpoint, save_checkpoint, save_step
from cnnstudio.training.events import Noted, RunPaused, RunResumed, TrainingEvent
from cnnstudio.training.finite import wrong_weight
from cnnstudio.training.metrics import Best

SAVE_EVERY_S = 5.0
SAVE_SHARE = 0.01  # saving may cost this share of the time
TRIES_AFTER_S = (1.0, 2.0, 4.0)
TRY_AGAIN_S = 30.0


class Saver:
    """Writes checkpoints into a run's folder.

    Args:
        folder: `checkpoints` of the run.
        before_save: Makes durable what was told so far.
        keep_every: Epochs after which a checkpoint stays for good; 0 for none.
        is_writer: False for a process that leaves the writing to another one of its team.

    Attributes:
        saved: Steps and whole epochs of the last checkpoint; negative if there is none.
    """

    def __init__(
        self, folder: Path, before_save: Callable[[], None], keep_every: int, *, is_writer: bool = True
    ) -> None:
        self._is_writer = is_writer
        self._folder, self._before_save, self._keep_every = folder, before_save, keep_every
        self._next_s = time.monotonic() + SAVE_EVERY_S
        self.saved = -1, -1

    @property
    def is_due(self) -> bool:
        """Is it time to save again?"""
        return self._is_writer and time.monotonic() >= self._next_s

    def is_kept(self, epoch: int) -> bool:
        """Does the checkpoint after so many epochs stay for good?"""
        return bool(self._keep_every and epoch and epoch % self._keep_every == 0)

    def save(self, step: int, epoch: int, checkpoint: Checkpoint, best: Best) -> float:
        """Write the best weights if they are new, then the step; how long it took in seconds.

        Args:
            step: Steps made.
            epoch: Epochs made, if it is the end of one; otherwise 0.
            checkpoint: The whole state.
            best: The best epoch so far.

        Raises:
            FileError: The place is gone, full or can't be written; older checkpoints are untouched.
        """
        if not self._is_writer:
            best.is_unsaved = False
            return 0.0
        started_s = time.monotonic()
        self.save_best(best)
        if self.is_kept(epoch):
            save_checkpoint(self._folder, f"epoch-{epoch:05d}", checkpoint)
        save_step(self._folder, step, checkpoint)
        duration_s = time.monotonic() - started_s
        self._next_s = time.monotonic() + max(SAVE_EVERY_S, duration_s / SAVE_SHARE)
        return duration_s

    def save_best(self, best: Best) -> float:
        """Write the best weights if they are new; how long it took in seconds.

        Raises:
            FileError: As for `save`.
        """
        if not self._is_writer:
            return 0.0
        started_s = time.monotonic()
        self._require_place()
        self._before_save()
        if best.is_unsaved and best.weights is not None:
            save_checkpoint(self._folder, "best", Checkpoint(best.weights, {}, best.numbers()))
            best.is_unsaved = False
        return time.monotonic() - started_s

    def _require_place(self) -> None:
        # Otherwise the folders would be made anew, below the place where a drive was.
        if not self._folder.parent.is_dir():
            raise FileError(
                f"{self._folder.parent} is gone: the drive was removed, or the folder was moved.",
                hint="Bring it back; the training waits.",
            )


def persist(write: Callable[[], float], ctx: JobContext, emit: Callable[[TrainingEvent], None], step: int) -> float:
    """Write; on failure wait and try again three times, then rest until it works, or the user stops it.

    The training stays in memory meanwhile, and nothing is said to be saved that isn't.

    Raises:
        FileError: The user stopped it before it could be saved.
    """
    tries = heard = 0
    while True:
        try:
            duration_s = write()
        except FileError as error:
            if _is_given_up(ctx):
                raise
            is_asked, heard = ctx.resumes > heard, ctx.resumes
            _tell(tries, error, emit, step, is_asked=is_asked)
            ctx.rest(TRIES_AFTER_S[tries] if tries < len(TRIES_AFTER_S) else TRY_AGAIN_S)
            tries += 1
            continue
        if tries > len(TRIES_AFTER_S):
            emit(RunResumed(step))
        return duration_s


def _is_given_up(ctx: JobContext) -> bool:
    """Was this process asked to stop? In a group that alone is no reason to end, but where nothing goes on it is."""
    try:
        ctx.check()
    except Cancelled:
        return True
    return ctx.is_cancel_requested


def _tell(tries: int, error: FileError, emit: Callable[[TrainingEvent], None], step: int, *, is_asked: bool) -> None:
    """Say what is wrong, and how long it waits; while it rests, only to those who said that it may go on."""
    if tries < len(TRIES_AFTER_S):
        emit(Noted(step, f"{error.message} Trying again in {TRIES_AFTER_S[tries]:g} s.", error.hint))
    elif tries == len(TRIES_AFTER_S) or is_asked:
        waits = f"The training waits, in memory, and tries again every {TRY_AGAIN_S:g} s."
        emit(RunPaused(step, f"{error.message} {waits}"))


def keep_best(saver: Saver, best: Best, ctx: JobContext, emit: Callable[[TrainingEvent], None], step: int) -> str:
    """Save the best epoch's weights of a training that diverged; says in a sentence what is kept, if anything is.

    Saving is sparing: the best of the last seconds is in memory only, and nothing else of these seconds is of use.
    """
    if not best.epoch:
        return ""
    # A statistic may overflow and leave the validation loss a number.
    if best.is_unsaved and best.weights is not None and wrong_weight(best.weights):
        return ""
    if best.is_unsaved:
        try:
            persist(lambda: saver.save_best(best), ctx, emit, step)
        except FileError as error:
            return f"The weights of the best epoch, {best.epoch:,}, could not be saved: {error.message}"
    return f"The weights of the best epoch, {best.epoch:,}, are safe."


def require_room(folder: Path, checkpoint_bytes: int) -> None:
    """Check before the start that a run can be saved: two checkpoints, the best one, and one being written.

    Raises:
        FileError: The disk has no room for them.
    """
    free = shutil.disk_usage(_existing(folder)).free
    if free < 4 * checkpoint_bytes:
        raise FileError(
            f"{folder} has {free / 1e6:,.0f} MB free; the run's checkpoints need {4 * checkpoint_bytes / 1e6:,.0f} MB.",
            hint="Free some space, or choose another folder.",
        )


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
