"""What becomes of a training whose files can't be read any more: it goes without a few, and waits for a drive."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.streamed import FilesGone
from cnnstudio.data.words import counted, name_list, printable
from cnnstudio.training.events import Noted, RunPaused, RunResumed

if TYPE_CHECKING:
    from cnnstudio.training.trainer import Trainer

RETRY_S = 5.0
LEFT_OUT_SHARE, MAX_LEFT_OUT = 0.01, 50
PROBES = 16
STAND_IN = "Another picture of its class stands in for each, so the result will not be that of the whole data."


class Absence:
    """Decides what is done when files can't be read in the middle of a training.

    Up to one picture in a hundred (at least one, at most 50) is left out, and told. Where there are more, or where the
    others can't be read either, the training saves, rests, and goes on to the same bits once they are back.

    Args:
        trainer: It reads the files, in its own thread or one beside it.

    Attributes:
        ctx: Of the job that trains.
    """

    def __init__(self, trainer: "Trainer") -> None:
        self.ctx = JobContext()
        self._trainer = trainer
        self._left_out: set[int] = set()

    def __call__(self, error: FilesGone) -> bool:
        """True if these files are to be left out, False when they are back.

        Raises:
            Cancelled: The user stopped the training meanwhile.
        """
        try:
            if self._can_do_without(error):
                self._note(error)
                return True
            self._wait_for(error)
        except Cancelled:
            # Where several train, the others can't be told in the middle of a step: they find this one gone.
            self._trainer.team.has_left = self._trainer.team.size > 1
            raise
        return False

    def _can_do_without(self, error: FilesGone) -> bool:
        pixels, gone = error.pixels, self._left_out | set(error.rows)
        if error.is_drive or pixels is None or len(gone) > most_left_out(len(pixels)):
            return False
        others = _spread(sorted(set(range(len(pixels))) - gone))
        if 2 * pixels.count_readable(others, self.ctx) <= len(others):
            return False
        self._left_out = gone
        return True

    def _note(self, error: FilesGone) -> None:
        assert error.pixels is not None
        names = name_list([printable(Path(error.pixels.path(row)).name) for row in error.rows])
        are = "is" if len(error.rows) == 1 else "are"
        text = f"{counted(len(error.rows), 'picture')} can't be read any more and {are} left out: {names}. {STAND_IN}"
        hint = "Bring the files back and train anew if they matter."
        self._trainer.emit(Noted(self._trainer.position.step, text, hint))

    def _wait_for(self, error: FilesGone) -> None:
        trainer, step = self._trainer, self._trainer.position.step
        trainer.save(self.ctx)
        every = f"tries again every {RETRY_S:g} s, and when you let it go on"
        paused = RunPaused(step, f"Data drive missing? {error.message} The training is saved, rests, and {every}.")
        heard = self.ctx.resumes
        trainer.emit(paused)
        while not self._is_back(error):
            if self.ctx.resumes > heard:
                # Whoever pressed "Go on" sees that it rests still.
                heard = self.ctx.resumes
                trainer.emit(paused)
            self.ctx.rest(RETRY_S)
            self.ctx.check()
        trainer.emit(RunResumed(step))
        trainer.reporter.skip_time()

    def _is_back(self, error: FilesGone) -> bool:
        """Can the files that failed be read again, and with them some from all over the data?"""
        if error.pixels is None:
            return True
        probes = [*_spread(error.rows), *_spread(range(len(error.pixels)))]
        return error.pixels.count_readable(probes, self.ctx) == len(probes)


def most_left_out(pictures: int) -> int:
    """Without how many files a training on so many pictures goes on."""
    return min(MAX_LEFT_OUT, max(1, int(LEFT_OUT_SHARE * pictures)))


def _spread(rows: Sequence[int]) -> list[int]:
    """A few of them, from the first to the last."""
    return [rows[place * len(rows) // PROBES] for place in range(PROBES)] if len(rows) > PROBES else list(rows)
