"""Following a history that another process, or another machine, is writing: only what is new is read."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cnnstudio.core import files
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.history import parse_history
from cnnstudio.runs.history_part import HistoryPart, joined, part_of
from cnnstudio.training.events import TrainingEvent

# A piece is parsed in a few milliseconds; between two of them others come to their turn, and a Cancel is heard.
PIECE_BYTES, KNOWN_BYTES = 500_000, 256


class HistoryTail:
    """Reads a growing history.jsonl in pieces; `damaged` counts the lines that couldn't be read so far.

    A resumed run cuts its history and goes on: then `is_new` is True and everything is read again. So it is where the
    file became shorter, or was written over by another one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = 0
        self._file = (0, 0)
        self._last = b""
        self.damaged = 0

    @property
    def place(self) -> int:
        """How many bytes of the file were read."""
        return self._place

    def read(self, most_bytes: int = 64_000_000) -> tuple[bool, list[TrainingEvent]]:
        """Whether what was read before no longer counts, and the events since then.

        Args:
            most_bytes: Of more than this the rest comes with the next call.

        Raises:
            FileError: It can't be read.
        """
        try:
            with self._path.open("rb") as file:
                is_new = self._find_place(file)
                whole = self._whole_lines(file, most_bytes)
        except FileNotFoundError:
            had_any, self._place = self._place > 0, 0
            return had_any, []
        except OSError as error:
            raise files.read_error(self._path, error) from error
        self._place += len(whole)
        self._last = (self._last + whole[-KNOWN_BYTES:])[-KNOWN_BYTES:]
        events, damaged = parse_history(whole)
        self.damaged = damaged + (0 if is_new else self.damaged)
        return is_new, events

    def _find_place(self, file: BinaryIO) -> bool:
        """Begin anew where the file isn't the one that was read: replaced, as `files` does, cut, or written over."""
        now = os.fstat(file.fileno())
        inode = (now.st_dev, now.st_ino)
        is_new = inode != self._file or now.st_size < self._place
        if not is_new and self._last:
            file.seek(self._place - len(self._last))
            is_new = file.read(len(self._last)) != self._last
        self._file = inode
        if is_new:
            self._place, self._last = 0, b""
        file.seek(self._place)
        return is_new

    def _whole_lines(self, file: BinaryIO, most_bytes: int) -> bytes:
        """What is new, to the last whole line: one that is half written is left for the next time."""
        raw = file.read(most_bytes)
        while (end := raw.rfind(b"\n") + 1) == 0 and (more := file.read(most_bytes)):
            raw += more  # a line longer than a piece
        return raw[:end]


def read_part(path: Path, ctx: JobContext | None = None) -> HistoryPart:
    """A whole history in columns, read piece by piece.

    Raises:
        FileError: It can't be read.
        Cancelled: The job was.
    """
    parts, steps_per_epoch = [], 1
    for events, damaged in _pieces(path, ctx):
        part = part_of(events, steps_per_epoch, damaged)
        steps_per_epoch = part.steps_per_epoch
        parts.append(part)
    return joined(parts)


def read_history(path: Path) -> list[TrainingEvent]:
    """All events of a history, oldest first.

    Raises:
        FileError: It can't be read.
    """
    return [event for events, _ in _pieces(path, None) for event in events]


def _pieces(path: Path, ctx: JobContext | None) -> Iterator[tuple[list[TrainingEvent], int]]:
    """The events of each piece of a file as it is now, and how many of its lines are damaged."""
    try:
        with path.open("rb") as file:
            rest = b""
            while raw := file.read(PIECE_BYTES):
                if ctx is not None:
                    ctx.check()
                head, newline, tail = raw.rpartition(b"\n")
                if not newline:
                    rest += raw
                    continue
                yield parse_history(rest + head)
                rest = tail
            # A crash while writing tears the last line: it counts if it is whole, and is no damage if it isn't.
            yield parse_history(rest)[0], 0
    except FileNotFoundError:
        return
    except OSError as error:
        raise files.read_error(path, error) from error
