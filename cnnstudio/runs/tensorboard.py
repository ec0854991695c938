"""Event files for TensorBoard, beside our own history: written live, or from the history afterwards.

The package `tensorboard` is an extra; its writer alone is used (0.15 s to import, no torch, no TensorFlow).
"""

import importlib.util
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cnnstudio.core.errors import FileError, RunError
from cnnstudio.runs.run import Run
from cnnstudio.training.events import EpochDone, StepsDone, TrainingEvent

FOLDER = "tensorboard"
TAGS = {
    "train_loss": "loss/training",
    "val_loss": "loss/validation",
    "train_top1": "accuracy/training",
    "val_top1": "accuracy/validation",
    "val_top5": "accuracy/validation_top5",
    "images_per_s": "speed/images_per_s",
}


def require_tensorboard() -> None:
    """Check that event files can be written.

    Raises:
        RunError: The package is missing.
    """
    if importlib.util.find_spec("tensorboard") is None:
        raise RunError(
            "Event files for TensorBoard need the package 'tensorboard', which isn't installed.",
            hint="Install it with: pip install 'cnnstudio[tensorboard]'",
        )


def want_event_files(run: Run) -> None:
    """Let whoever trains this run, now or after a resume, write event files into its folder.

    Raises:
        RunError: The package is missing.
        FileError: The folder can't be made.
    """
    require_tensorboard()
    try:
        (run.path / FOLDER).mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"{run.path / FOLDER} can't be made: {error.strerror or error}.") from error


class EventFiles:
    """Writes a training's events as scalars; use it in a `with`, so that all of them reach the disk.

    Raises:
        RunError: The package is missing.
        FileError: The folder can't be written.
    """

    def __init__(self, folder: Path) -> None:
        require_tensorboard()
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._folder = folder
        try:
            self._writer = EventFileWriter(str(folder))
        except OSError as error:
            raise FileError(f"{folder} can't be written: {error.strerror or error}.") from error

    def __enter__(self) -> "EventFiles":
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def write(self, event: TrainingEvent) -> None:
        """Keep what has a curve: each step's loss and accuracy, the rate where it was told, each epoch's numbers."""
        if isinstance(event, StepsDone):
            for place, loss in enumerate(event.losses):
                scalars = {"step/loss": loss, "step/accuracy": event.accuracies[place]}
                self._add(event.first_step + place, scalars)
            if event.rate:  # histories of older versions lack it
                self._add(event.last_step, {"step/learning_rate": event.rate})
        elif isinstance(event, EpochDone):
            values = {tag: getattr(event, name) for name, tag in TAGS.items()}
            self._add(event.step, {tag: value for tag, value in values.items() if value is not None})

    def close(self) -> None:
        """Put everything on the disk."""
        self._writer.close()

    def _add(self, step: int, scalars: dict[str, Any]) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        values = [Summary.Value(tag=tag, simple_value=float(value)) for tag, value in scalars.items()]
        self._writer.add_event(Event(step=step, wall_time=time.time(), summary=Summary(value=values)))


def write_event_files(run: Run, folder: Path) -> Path:
    """The whole history of a run as one event file; earlier event files there are left alone.

    Raises:
        RunError: The package is missing, or nothing was trained yet.
    """
    history = run.history()
    if not any(isinstance(event, StepsDone | EpochDone) for event in history):
        raise RunError(f"{run.name} has not made a step yet.")
    _write_all(history, folder)
    return folder


def _write_all(history: Iterable[TrainingEvent], folder: Path) -> None:
    with EventFiles(folder) as events:
        for event in history:
            events.write(event)
