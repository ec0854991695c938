"""The history of a run: every step and epoch as a line of JSON, written while it trains."""

import contextlib
import json
from pathlib import Path

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.training.events import (
    EpochDone,
    LayerHealth,
    Noted,
    RunStarted,
    StepsDone,
    TrainingEvent,
    event_json,
)


class HistoryWriter:
    """Appends a training's events to history.jsonl.

    Lines are flushed with each event and made durable by `sync`, before a checkpoint speaks of them. Those that can't
    be written, as on a full disk, wait in memory.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[str] = []

    def write(self, event: TrainingEvent) -> None:
        """Keep starts, steps, epochs and notes; what only serves the screen is left out."""
        if isinstance(event, RunStarted | StepsDone | EpochDone | LayerHealth | Noted):
            self._waiting.append(files.to_line(event_json(event)))
            with contextlib.suppress(FileError):  # `sync` tells, before anything is said to be saved
                self._append()

    def sync(self) -> None:
        """Make all lines durable: before a checkpoint says that these steps are done.

        Raises:
            FileError: The place can't be written; the lines stay in memory.
        """
        self._append()
        if self._path.exists():
            files.sync_file(self._path)

    def _append(self) -> None:
        while self._waiting:
            files.append_line(self._path, self._waiting[0], sync=False)
            del self._waiting[0]


def cut_history(path: Path, step: int, epochs: int) -> None:
    """Drop what comes after `step` and after `epochs` whole epochs, so that a resumed run writes each once.

    A checkpoint may lie between an epoch's last step and the judging of it. Damaged lines are dropped too.

    Raises:
        FileError: It can't be read or written.
    """
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else []
    except OSError as error:
        raise files.read_error(path, error) from error
    kept = [cut for line in lines if (cut := _cut(line, step, epochs)) is not None]
    files.write_bytes(path, b"".join(line + b"\n" for line in kept))


def _cut(line: bytes, step: int, epochs: int) -> bytes | None:
    """What stays of a line; None for nothing, as of a damaged one."""
    try:
        value = json.loads(line.decode("utf-8", errors="surrogateescape"))
        if value["event"] != "steps_done":
            is_later = value.get("step", 0) > step or (value["event"] == "epoch_done" and value["epoch"] > epochs)
            return None if is_later else line
        losses, accuracies = value["losses"], value["accuracies"]
        count = min(len(losses), max(0, step - value["first_step"] + 1))
        if count == len(losses):
            return line
        value = {**value, "losses": losses[:count], "accuracies": accuracies[:count]}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return json.dumps(value, allow_nan=False).encode() if count else None
