"""Patience with slow drives: files that a drive didn't give are asked for again; where it gives none, reading stops."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.drives import DRIVE, HINT, is_passing
from cnnstudio.data.words import counted
from cnnstudio.data.worker import COLUMNS, Rows

PAUSES_S = (0.5, 2.0, 8.0)
# After the first one that was waited for in vain.
NO_PAUSE = (0.0,)
MAX_IN_A_ROW = 50
# Each of them took three times the time limit.
MAX_HUNG_IN_A_ROW = 3
T = TypeVar("T")


class DriveError(DataError):
    """The drive gives no file any more."""

    @classmethod
    def after(cls, n: int, reason: str) -> "DriveError":
        """So many files in a row failed; the reason is that of the last one, without its subject."""
        return cls(f"The drive doesn't answer: {counted(n, 'file')} in a row failed. The last one {reason}.", hint=HINT)


class Patience:
    """Asks up to three times more for what a drive didn't give, with pauses; once that was in vain, without."""

    def __init__(self, ctx: JobContext, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._ctx = ctx
        self._pauses_s = pauses_s
        self._in_a_row = 0

    def settled(self, rows: Rows, read_again: Callable[[list[int]], Rows]) -> Rows:
        """These rows, with those files read after all that the drive gives later.

        Args:
            rows: What was read.
            read_again: Reads the files at these places.

        Raises:
            DriveError: The drive gave none of the last 50 files, however often they were asked for.
            Cancelled: The user stopped it.
        """
        for number, pause_s in enumerate(self._pauses_s, start=1):
            places = _not_given(rows)
            if not places:
                break
            self._rest(pause_s, f"{number} of {len(self._pauses_s)}")
            rows = _renewed(rows, places, read_again(places))
        self._count(rows)
        return rows

    def answer(self, ask: Callable[[], T]) -> T:
        """What the system says to one question, such as for the entries of a folder.

        Raises:
            OSError: The drive didn't answer, however often it was asked, or it is no matter of the drive.
            DriveError: It answered none of the last 50 questions.
            Cancelled: The user stopped it.
        """
        error: OSError | None = None
        for number, pause_s in enumerate((0.0, *self._pauses_s)):
            if error is not None:
                self._rest(pause_s, f"{number} of {len(self._pauses_s)}")
            try:
                found = ask()
            except OSError as why:
                if not is_passing(why):
                    raise
                error = why
            else:
                self._in_a_row = 0
                return found
        assert error is not None
        self._pauses_s = NO_PAUSE
        self._in_a_row += 1
        if self._in_a_row >= MAX_IN_A_ROW:
            raise DriveError.after(self._in_a_row, f"cannot be read ({error.strerror or error})") from error
        raise error

    def _rest(self, pause_s: float, which: str) -> None:
        if pause_s:
            self._ctx.progress(0, 0, f"The drive doesn't answer; trying again in {pause_s:g} s ({which})")
            self._ctx.rest(pause_s)
            self._ctx.check()

    def _count(self, rows: Rows) -> None:
        places = set(_not_given(rows))
        if not places:
            self._in_a_row = 0
            return
        # A disk with some bad places gives the others: to wait at each of them would take hours.
        self._pauses_s = NO_PAUSE
        for place in range(len(rows)):
            self._in_a_row = self._in_a_row + 1 if place in places else 0
            if self._in_a_row >= MAX_IN_A_ROW:
                raise DriveError.after(self._in_a_row, dict(rows.failures)[place].text)


def _not_given(rows: Rows) -> list[int]:
    return [place for place, why in rows.failures if why.kind == DRIVE]


def _renewed(rows: Rows, places: list[int], again: Rows) -> Rows:
    """The rows with those at some places as they were read again."""
    columns = {}
    for name in (*COLUMNS, "pixels", "thumbnails"):
        values = getattr(rows, name)
        if values is not None:
            # What came through a pipe or from joined bytes may not be written into.
            columns[name] = values.copy()
            columns[name][places] = getattr(again, name)
    failures = {place: why for place, why in rows.failures if place not in places}
    failures |= {places[at]: why for at, why in again.failures}
    return replace(rows, failures=tuple(sorted(failures.items(), key=lambda item: item[0])), **columns)
