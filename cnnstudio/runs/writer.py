"""The history of a run: every step and epoch as a line of JSON, written while it trains."""

import json
from pathlib import Path

from cnnstudio.core import files
from cnnstudio.training.events import EpochDone, RunStarted, StepsDone, TrainingEvent, event_json


class HistoryWriter:
    """Appends a training's events to history.jsonl.

    Lines are flushed with each event and made durable by `sync`, before a checkpoint speaks of them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, event: TrainingEvent) -> None:
        """Keep starts, steps and epochs; what only serves the screen is left out."""
        if isinstance(event, RunStarted | StepsDone | EpochDone):
            files.append_line(self._path, files.to_line(event_json(event)), sync=False)

    def sync(self) -> None:
        """Make all lines durable: before a checkpoint says that these steps are done."""
        if self._path.exists():
            files.sync_file(self._path)


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
