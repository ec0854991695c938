"""Following a history that another process, or another machine, is writing: only what is new is read."""

import os
from pathlib import Path

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.training.events import TrainingEvent, event_from_json


class HistoryTail:
    """Reads a growing history.jsonl in pieces.

    A resumed run cuts its history and goes on: then `is_new` is True and everything is read again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = 0
        self._file = (0, 0)

    def read(self, most_bytes: int = 64_000_000) -> tuple[bool, list[TrainingEvent]]:
        """Whether what was read before no longer counts, and the events since then.

        Args:
            most_bytes: Of more than this the rest comes with the next call.

        Raises:
            FileError: It can't be read, or a line is damaged.
        """
        try:
            with self._path.open("rb") as file:
                is_new = self._find_place(os.fstat(file.fileno()))
                file.seek(self._place)
                raw = file.read(most_bytes)
        except FileNotFoundError:
            had_any, self._place = self._place > 0, 0
            return had_any, []
        except OSError as error:
            raise files.read_error(self._path, error) from error
        # The last line may be half written: it is left for the next time.
        whole = raw[: raw.rfind(b"\n") + 1]
        self._place += len(whole)
        return is_new, self._events(whole)

    def _find_place(self, now: os.stat_result) -> bool:
        """Begin anew where the history was cut: `files` replaces the file then, so it is another one."""
        file = (now.st_dev, now.st_ino)
        is_new = file != self._file or now.st_size < self._place
        self._file = file
        if is_new:
            self._place = 0
        return is_new

    def _events(self, whole: bytes) -> list[TrainingEvent]:
        values = []
        for line in whole.split(b"\n"):
            if line.strip():
                value = files.parse_json(line.decode("utf-8", errors="surrogateescape"), str(self._path))
                if not isinstance(value, dict):
                    raise FileError(f"A line of {self._path} is damaged.")
                values.append(event_from_json(value))
        return [event for event in values if event is not None]
