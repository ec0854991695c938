"""The numbers of many runs, read quickly: what hasn't changed on the disk since the last time isn't read again."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnnstudio.core import files
from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.history import parse_history
from cnnstudio.runs.run import DATA, HISTORY, JOURNAL, NETWORK, RUN, TRAIN, Run, RunState, open_run
from cnnstudio.training.events import EpochDone

EPOCH_START = b'{"event": "epoch_done"'
PARTS = (RUN, DATA, NETWORK, TRAIN, JOURNAL, HISTORY)
TOLD_EVERY = 20
Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class RunSummary:
    """What a list shows of a run; `problem` says why it can't be read, and then there is no `run`."""

    path: Path
    run: Run | None
    state: RunState | None
    accuracy: float | None = None
    loss: float | None = None
    best_epoch: int = 0
    epochs: int = 0
    duration_s: float = 0.0
    size_bytes: int = 0
    problem: str = ""

    @property
    def name(self) -> str:
        """What the user calls it; a folder that can't be read goes by its own name."""
        return self.run.name if self.run is not None else self.path.name

    def to_json(self) -> dict[str, Any]:
        """As `cnnstudio runs --json` prints it."""
        run = self.run
        described: dict[str, Any] = {"path": str(self.path), "name": self.name, "problem": self.problem}
        if run is None:
            return {**described, "state": "broken"}
        numbers = {key: getattr(self, key) for key in ("accuracy", "loss", "best_epoch", "epochs", "size_bytes")}
        return {
            **described,
            "state": None if self.state is None else self.state.value,
            "data": run.data.source.title,
            "network": run.graph.name,
            **numbers,
            "epochs_wanted": run.config.epochs,
            "duration_s": round(self.duration_s, 1),
            "created": run.info.created,
            "tags": list(run.info.tags),
            "notes": run.info.notes,
        }


class SummaryReader:
    """Reads run folders; remembers those that stay as they are, so that 500 of them cost a look at their dates."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Signature, RunSummary]] = {}

    def read(self, folders: Iterable[Path], ctx: JobContext) -> list[RunSummary]:
        """One summary a folder, in their order; what isn't a readable run says why."""
        waiting, found = list(folders), []
        for number, folder in enumerate(waiting):
            ctx.check()
            if number % TOLD_EVERY == 0 and folder not in self._known:
                ctx.progress(number, len(waiting))
            found.append(self._read(folder))
        return found

    def _read(self, folder: Path) -> RunSummary:
        signature = _signature(folder)
        known = self._known.get(folder)
        if known is None or known[0] != signature:
            known = (signature, summarise(folder))
            self._known[folder] = known
        summary = known[1]
        if summary.run is None or summary.state not in (RunState.RUNNING, RunState.PAUSED, RunState.INTERRUPTED):
            return summary
        # No file changes when a process dies: whether it runs is asked of its lock each time.
        return _with_state(summary, summary.run)


def summarise(folder: Path) -> RunSummary:
    """The numbers of one run folder, or why there are none."""
    try:
        run = open_run(folder)
        epochs = epochs_done(run.path / HISTORY)
        best = next((epoch for epoch in reversed(epochs) if epoch.is_best), None)
        summary = RunSummary(
            path=folder,
            run=run,
            state=None,
            accuracy=None if best is None else best.val_top1,
            loss=None if best is None else best.val_loss,
            best_epoch=0 if best is None else best.epoch,
            epochs=len(epochs),
            size_bytes=size_bytes(folder),
        )
        return _with_state(summary, run)
    except (StudioError, OSError, ValueError) as error:
        return RunSummary(folder, None, None, problem=str(error))


def epochs_done(history: Path) -> list[EpochDone]:
    """The epochs of a history; its steps, of which there may be a million, are passed over unread."""
    try:
        raw = history.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise files.read_error(history, error) from error
    found, start = [], 0
    while raw.startswith(EPOCH_START, start) or (start := raw.find(b"\n" + EPOCH_START, start) + 1):
        end = raw.find(b"\n", start)
        end = end + 1 if end >= 0 else len(raw)
        # What a crash has torn, or a power cut filled with zeros, is left out.
        found += [event for event in parse_history(raw[start:end])[0] if isinstance(event, EpochDone)]
        start = end - 1
    return found


def size_bytes(folder: Path) -> int:
    """Bytes on the disk; a file that vanishes meanwhile counts for nothing."""
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue
    return total


def trained_s(run: Run, state: RunState) -> float:
    """Seconds between each start and the end that followed it, from the journal."""
    total_s, started = 0.0, None
    for record in run.journal():
        moment = datetime.fromisoformat(record["time"])
        if record["state"] == RunState.RUNNING:
            started = started or moment
        elif started is not None:
            total_s += _between_s(started, moment)
            started = None
    if started is None:
        return total_s
    last = datetime.now(UTC) if state is RunState.RUNNING else _last_written(run) or started
    return total_s + _between_s(started, last)


def _between_s(start: datetime, end: datetime) -> float:
    """Seconds from one to the other; nothing where the clock was set back meanwhile."""
    # A time without a zone, as another program writes it, is this machine's.
    return max(0.0, end.timestamp() - start.timestamp())


def _last_written(run: Run) -> datetime | None:
    """When a run that was broken off wrote its last step."""
    try:
        return datetime.fromtimestamp((run.path / HISTORY).stat().st_mtime, UTC)
    except OSError:
        return None


def _with_state(summary: RunSummary, run: Run) -> RunSummary:
    state = run.state
    return replace(summary, state=state, duration_s=trained_s(run, state))


def _signature(folder: Path) -> Signature:
    return tuple(_stamp(folder / part) for part in (*PARTS, "checkpoints"))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, -1)
    return found.st_mtime_ns, found.st_size
