"""Files that a drive doesn't give at once: asked for again, and at the end given up with their reason."""

import copy
import errno
import os
from collections.abc import Callable

import numpy as np
import pytest

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.decode import ImageError, read_bytes
from cnnstudio.data.decoder import _ChildrenGone as gone
from cnnstudio.data.drives import is_passing
from cnnstudio.data.patience import MAX_IN_A_ROW, DriveError, Patience
from cnnstudio.data.scan import scan_folder
from cnnstudio.data.streamed import FilesGone
from cnnstudio.data.worker import Failure, Rows, Work, joined_rows, unread_row

WORK = Work(8, 3, "crop")
STALE = Failure("drive", "cannot be read (Stale file handle)")
BAD = Failure("damaged", "is damaged")
PAUSES_S = (0.001, 0.001, 0.001)


def rows_of(*failures: Failure | None, kept: bool = True) -> Rows:
    """One row a failure, or a readable one of 5 × 7 pixels for None, with its place as its level."""
    parts = [unread_row(WORK, failure or BAD, is_kept=False) for failure in failures]
    rows = joined_rows(parts)
    sizes = np.array([[0, 0] if failure else [5, 7] for failure in failures], np.int32)
    told = tuple((place, failure) for place, failure in enumerate(failures) if failure)
    pixels = np.zeros(WORK.pixel_shape(len(failures)), np.uint8) if kept else None
    return Rows(told, rows.digests, sizes, rows.notes, rows.sums, rows.prints, pixels)


def in_turn(*answers: Rows) -> tuple[Callable[[list[int]], Rows], list[list[int]]]:
    """A reader with these answers, one after another, and the places that it was asked for."""
    asked: list[list[int]] = []

    def read_again(places: list[int]) -> Rows:
        asked.append(places)
        return answers[len(asked) - 1]

    return read_again, asked


def test_a_file_that_comes_at_the_third_time_is_read():
    read_again, asked = in_turn(rows_of(STALE, None), rows_of(None))
    rows = Patience(JobContext(), PAUSES_S).settled(rows_of(STALE, None, BAD, STALE), read_again)
    assert asked == [[0, 3], [0]]
    assert dict(rows.failures) == {2: BAD}
    assert rows.sizes.tolist() == [[5, 7], [5, 7], [0, 0], [5, 7]]


def test_the_pixels_that_come_later_take_their_place():
    again = rows_of(None)
    again.pixels[:] = 9
    read_again, _ = in_turn(again)
    rows = Patience(JobContext(), PAUSES_S).settled(rows_of(None, STALE), read_again)
    assert rows.pixels[:, 0, 0, 0].tolist() == [0, 9]


def test_a_file_that_never_comes_is_asked_for_three_times_more_and_named():
    read_again, asked = in_turn(*[rows_of(STALE)] * 3)
    rows = Patience(JobContext(), PAUSES_S).settled(rows_of(None, STALE), read_again)
    assert len(asked) == 3
    assert dict(rows.failures) == {1: STALE}


def test_after_waiting_in_vain_once_it_asks_only_once_more_and_doesnt_wait():
    heard: list[object] = []
    patience = Patience(JobContext(heard.append), PAUSES_S)
    patience.settled(rows_of(None, STALE), in_turn(*[rows_of(STALE)] * 3)[0])
    n_told = len(heard)
    read_again, asked = in_turn(rows_of(STALE))
    patience.settled(rows_of(None, STALE), read_again)
    assert asked == [[1]]
    assert len(heard) == n_told == 3


def test_other_failures_are_no_reason_to_wait():
    read_again, asked = in_turn()
    Patience(JobContext(), PAUSES_S).settled(rows_of(BAD, BAD), read_again)
    assert asked == []


def test_it_says_what_it_waits_for():
    heard: list[object] = []
    read_again, _ = in_turn(rows_of(None))
    Patience(JobContext(heard.append), PAUSES_S).settled(rows_of(STALE), read_again)
    (told,) = heard
    assert isinstance(told, Progress)
    assert "drive doesn't answer; trying again in 0.001 s (1 of 3)" in told.text


def test_a_drive_that_gives_nothing_any_more_stops_the_reading():
    patience = Patience(JobContext(), PAUSES_S)
    small = [STALE] * (MAX_IN_A_ROW - 1)
    patience.settled(rows_of(*small), lambda places: rows_of(*small))
    with pytest.raises(DriveError, match=rf"{MAX_IN_A_ROW} files in a row failed.*Stale file handle") as caught:
        patience.settled(rows_of(STALE), lambda places: rows_of(STALE))
    assert "connected" in caught.value.hint


def test_files_in_between_that_can_be_read_begin_a_new_row():
    patience = Patience(JobContext(), PAUSES_S)
    for _ in range(3):
        failures = [STALE] * (MAX_IN_A_ROW - 1)
        rows = patience.settled(rows_of(*failures, None), lambda places: rows_of(*[STALE] * len(places)))
        assert len(rows.failures) == MAX_IN_A_ROW - 1


def test_waiting_can_be_cancelled():
    ctx = JobContext(lambda event: ctx.cancel())
    with pytest.raises(Cancelled):
        Patience(ctx, (60.0,)).settled(rows_of(STALE), in_turn()[0])


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN])
def test_errors_of_drives_and_networks_pass(number):
    assert is_passing(OSError(number, os.strerror(number)))


@pytest.mark.parametrize("number", [errno.EISDIR, errno.ENOENT, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG])
def test_errors_of_the_file_itself_dont(number):
    assert not is_passing(OSError(number, os.strerror(number)))


def test_a_network_name_that_windows_lost_passes():
    error = OSError("The specified network name is no longer available")
    error.winerror = 64
    assert is_passing(error)


@pytest.mark.parametrize(("number", "kind"), [(errno.ESTALE, "drive"), (errno.EISDIR, "unreadable")])
def test_a_file_tells_which_of_both_it_is(monkeypatch, number, kind):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ImageError) as caught:
        read_bytes("x.png")
    assert caught.value.kind == kind


class Stumbling:
    """The system's own calls, which fail a number of times for one path."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, path: object, times: int) -> None:
        self._real, self._path, self._left, self.asked = getattr(os, name), os.fspath(path), times, 0
        monkeypatch.setattr(f"os.{name}", self)
        monkeypatch.setattr(Patience.__init__, "__defaults__", (PAUSES_S,))

    def __call__(self, path: str, *args: object, **kwargs: object) -> object:
        if os.fspath(path) == self._path:
            self.asked += 1
            if self.asked <= self._left:
                raise OSError(errno.ESTALE, "Stale file handle")
        return self._real(path, *args, **kwargs)


@pytest.mark.parametrize("name", ["scandir", "stat"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_folder_that_fails_a_few_times_is_listed_whole(image_folder, monkeypatch, name, times):
    root = image_folder({"a": 3, "b": 2, "c": 1})
    undisturbed = scan_folder(root, JobContext())
    drive = Stumbling(monkeypatch, name, root / "b", times)
    heard: list[object] = []
    scan = scan_folder(root, JobContext(heard.append))
    assert drive.asked > times
    assert (scan.files, scan.classes, scan.problems) == (undisturbed.files, undisturbed.classes, [])
    waited = [event.text for event in heard if isinstance(event, Progress) and "trying again" in event.text]
    # A single entry is asked for once more at once: most look-ups come from memory, and may be older than the trouble.
    assert len(waited) == times - (name == "stat")


def test_a_folder_that_never_comes_is_named_as_the_drives_and_waited_for_once(image_folder, monkeypatch):
    root = image_folder({"a": 3, "gone": 2, "z": 3})
    Stumbling(monkeypatch, "scandir", root / "gone", 10**6)
    heard: list[object] = []
    scan = scan_folder(root, JobContext(heard.append))
    assert len(scan.files) == 6
    (told,) = [problem for problem in scan.problems if problem.kind == "drive"]
    assert told.text == "The folder 'gone' cannot be read (Stale file handle)."
    waited = [event.text for event in heard if isinstance(event, Progress) and "trying again" in event.text]
    assert len(waited) == len(PAUSES_S)


def test_a_folder_that_may_not_be_read_is_not_waited_for():
    asked: list[int] = []

    def refuse() -> None:
        asked.append(1)
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(PermissionError):
        Patience(JobContext(), PAUSES_S).answer(refuse)
    assert asked == [1]


def test_a_drive_that_lists_no_folder_any_more_stops_the_scan(image_folder, monkeypatch):
    root = image_folder({f"{number:02}": 1 for number in range(MAX_IN_A_ROW + 5)})
    real = os.scandir

    def scandir(path: str) -> object:
        if os.fspath(path) == str(root):
            return real(path)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("os.scandir", scandir)
    monkeypatch.setattr(Patience.__init__, "__defaults__", (PAUSES_S,))
    with pytest.raises(DriveError, match=rf"{MAX_IN_A_ROW} files in a row failed.*Input/output error"):
        scan_folder(root, JobContext())


@pytest.mark.parametrize("error", [DriveError.after(50, "is stale"), FilesGone("x.png is gone", rows=(1,)), gone()])
def test_these_errors_cross_the_border_of_a_process(error):
    """A training in a process of its own tells the window why it ended."""
    there = copy.copy(error)  # by the same way as through a pipe
    assert (type(there), there.message, there.hint) == (type(error), error.message, error.hint)
