"""What the table of runs shows: read beside the window, one row a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.table import Column
from cnnstudio.gui.widgets.times import bytes_text, day_text, duration_text
from cnnstudio.runs.run import Run, RunState

ROLES = {
    RunState.RUNNING: "accent",
    RunState.PAUSED: "accent",
    RunState.FINISHED: "ok",
    RunState.DIVERGED: "bad",
    RunState.FAILED: "bad",
    RunState.INTERRUPTED: "warn",
}


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _epochs(done: int, wanted: int) -> str:
    return f"{done:,} of {wanted:,}" if wanted else "imported"


def _role_of_state(value: str) -> str:
    return ROLES.get(RunState(value), "")


def _moment(value: tuple[datetime, datetime]) -> str:
    return day_text(*value)


COLUMNS = (
    Column("Name", "The run's name."),
    Column("State", "Where the run stands.", role=_role_of_state),
    Column("Accuracy", "Share of the validation images that its best epoch recognises.", is_number=True, text=_share),
    Column("Epochs", "Epochs done of those asked for.", is_number=True, text=lambda value: _epochs(*value)),
    Column("Data", "What it learnt from."),
    Column("Network", "What was trained."),
    Column("Time", "How long its epochs took together.", is_number=True, text=duration_text),
    Column("Size", "Bytes on the disk.", is_number=True, text=bytes_text),
    Column("Begun", "When it was begun.", text=_moment),
)


@dataclass(frozen=True, eq=False)
class RunRow:
    """The numbers of one run."""

    run: Run
    state: RunState
    accuracy: float | None
    epochs: int
    duration_s: float
    size_bytes: int

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.run.name

    def size_text(self) -> str:
        """How much disk it takes."""
        return bytes_text(self.size_bytes)

    def cells(self, now: datetime) -> tuple[Any, ...]:
        """One value a column."""
        run = self.run
        begun = datetime.fromisoformat(run.info.created).astimezone()
        return (
            run.name,
            self.state.value,
            self.accuracy,
            (self.epochs, 0 if run.is_imported else run.config.epochs),
            run.data.source.title,
            run.graph.name,
            self.duration_s,
            self.size_bytes,
            (begun, now),
        )


def read_rows(runs: Sequence[Run], ctx: JobContext) -> list[RunRow]:
    """Read the numbers of all runs from the disk; one that has become unreadable is left out."""
    rows = []
    for run in runs:
        ctx.check()
        try:
            rows.append(_row(run))
        except (StudioError, OSError):
            # It was moved or deleted since the list was made; the list is read again when it changes.
            continue
    return rows


def _row(run: Run) -> RunRow:
    epochs = run.epochs()
    best = run.best()
    return RunRow(
        run=run,
        state=run.state,
        accuracy=None if best is None else best.val_top1,
        epochs=len(epochs),
        duration_s=_trained_s(run),
        size_bytes=run.size_bytes(),
    )


def _trained_s(run: Run) -> float:
    """Seconds between each start and the end that followed it, from the journal."""
    total_s, started = 0.0, None
    for record in run.journal():
        moment = datetime.fromisoformat(record["time"])
        if record["state"] == RunState.RUNNING:
            started = started or moment
        elif started is not None:
            total_s += (moment - started).total_seconds()
            started = None
    if started is not None and run.state is RunState.RUNNING:
        total_s += (datetime.now(UTC) - started).total_seconds()
    return total_s
