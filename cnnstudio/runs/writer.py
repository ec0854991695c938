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

    A checkpoint may lie between an epoch's last step and the judging of it.
    """
    kept = []
    for line in files.read_lines(path):
        if line["event"] == "steps_done":
            count = min(len(line["losses"]), max(0, step - line["first_step"] + 1))
            line = {**line, "losses": line["losses"][:count], "accuracies": line["accuracies"][:count]}
            if not count:
                continue
        elif line.get("step", 0) > step or (line["event"] == "epoch_done" and line["epoch"] > epochs):
            continue
        kept.append(json.dumps(line, allow_nan=False))
    files.write_text(path, "".join(f"{line}\n" for line in kept))
