"""A run's history as a table for other programs: CSV or JSON, one row an epoch or a step."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.runs.run import Run
from cnnstudio.training.events import EpochDone, RunStarted, StepsDone, TrainingEvent

Rows = Literal["epochs", "steps"]
TableForm = Literal["csv", "json"]
FORMS: tuple[TableForm, ...] = ("csv", "json")


def history_rows(run: Run, rows: Rows) -> list[dict[str, Any]]:
    """One dict an epoch (loss and accuracy of training and validation, …) or a step (batch loss and accuracy).

    Raises:
        FileError: The history can't be read.
    """
    return epoch_rows(run.history()) if rows == "epochs" else step_rows(run.history())


def epoch_rows(history: Iterable[TrainingEvent]) -> list[dict[str, Any]]:
    """What EpochDone says, an epoch a row."""
    names = [field.name for field in fields(EpochDone)]
    return [{name: getattr(event, name) for name in names} for event in history if isinstance(event, EpochDone)]


def step_rows(history: Iterable[TrainingEvent]) -> list[dict[str, Any]]:
    """A step a row; `epoch` is where the step lies on the axis of the curves: 0.5 is the middle of the first.

    `rate` and `images_per_s` are told for some steps together: they are those of the last of these.
    """
    rows, per_epoch = [], 0
    for event in history:
        if isinstance(event, RunStarted):
            per_epoch = event.steps_per_epoch
        elif isinstance(event, StepsDone):
            # Whatever has one value a step (losses, accuracies, rates, …) becomes a column.
            names = [field.name for field in fields(event) if isinstance(getattr(event, field.name), tuple)]
            columns = {name: getattr(event, name) for name in names if len(getattr(event, name)) == len(event.losses)}
            for place in range(len(event.losses)):
                step = event.first_step + place
                values = {_singular(name): column[place] for name, column in columns.items()}
                epoch = round(step / per_epoch, 6) if per_epoch else None
                told = {"rate": event.rate, "images_per_s": event.images_per_s}
                rows.append({"step": step, "epoch": epoch, **values, **told})
    return rows


def table_text(rows: list[dict[str, Any]], form: TableForm) -> str:
    """The rows as CSV (RFC 4180, numbers in full) or as a JSON list."""
    if form == "json":
        return json.dumps(rows, indent=1, allow_nan=False) + "\n"
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def save_history(run: Run, path: Path, rows: Rows = "epochs", form: TableForm | None = None) -> Path:
    """Write a run's history where the user wants it; the file's name says in which form, if nothing else does.

    Raises:
        RunError: There is no such form, or nothing was trained yet.
        FileError: The place can't be written, or the history can't be read.
    """
    wanted = form or path.suffix.lower().removeprefix(".")
    if wanted not in FORMS:
        raise RunError(f"A history can't be written as '{wanted}'.", hint="Name a file that ends in .csv or .json.")
    found = history_rows(run, rows)
    if not found:
        noun = "epoch" if rows == "epochs" else "step"
        raise RunError(f"{run.name} has not finished {'an' if rows == 'epochs' else 'a'} {noun} yet.")
    files.write_text(path, table_text(found, "csv" if wanted == "csv" else "json"))
    return path


def _singular(name: str) -> str:
    return {"losses": "loss", "accuracies": "accuracy"}.get(name, name.removesuffix("s"))


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return "" if value is None else value
