"""A run: one training of one network on one data set, as it lies on the disk.

    run.json       name, created, versions, data summary     journal.jsonl   started, paused, finished, …
    data.json      the data spec, mean and std measured      history.jsonl   every step and epoch
    network.json   the graph                                 network.py      the same as plain PyTorch
    train.json     the recipe                                checkpoints/    step-*/, best/, latest.json
    plan.json      how it computes on this machine: number format, threads, …

The state is read from the journal, and "running" counts only while somebody holds the run's lock.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, RunError, StudioError
from cnnstudio.core.specs import Spec, is_newer, parse_spec
from cnnstudio.data.spec import DataSpec
from cnnstudio.data.words import printable
from cnnstudio.network.graph import VERSION, NetworkGraph
from cnnstudio.network.io import parse_graph
from cnnstudio.training.config import TrainConfig, parse_config
from cnnstudio.training.events import EndReason, EpochDone, RunEnded, TrainingEvent

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.runs.history_part import HistoryPart

RUN, DATA, NETWORK, TRAIN = "run.json", "data.json", "network.json", "train.json"
JOURNAL, HISTORY, SOURCE, LOCK = "journal.jsonl", "history.jsonl", "network.py", ".lock"
BIN = ".bin"


class RunState(StrEnum):
    """Where a run stands."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"

    @property
    def can_resume(self) -> bool:
        """True if there is something left to train and nobody trains it."""
        return self in (RunState.CREATED, RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED)


STATES = frozenset(state.value for state in RunState)


class RunInfo(Spec):
    """What run.json holds; written once, but for the name, the tags and the notes, which are the user's."""

    version: int = 1
    id: str
    name: str
    created: str
    seed: int
    versions: dict[str, str]
    classes: tuple[str, ...]
    counts: dict[str, int]
    data_digest: str
    tags: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, eq=False)
class Run:
    """A run folder that was opened; `state` and `epochs` look at the disk anew each time.

    Args:
        read_only: Why it can only be looked at, as a sentence; empty if it can be trained and written on.
    """

    path: Path
    info: RunInfo
    data: DataSpec
    graph: NetworkGraph
    config: TrainConfig
    read_only: str = ""

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.info.id

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.info.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        return self.info.classes

    @property
    def is_imported(self) -> bool:
        """True if it was made from a weights file and so has no data of its own."""
        return self.data.source.kind == "none"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def state(self) -> RunState:
        """Where the run stands now."""
        lines = self.journal()
        last = RunState(lines[-1]["state"]) if lines else RunState.CREATED
        if last in (RunState.RUNNING, RunState.PAUSED) and not self.is_locked:
            return RunState.INTERRUPTED
        return last

    @property
    def is_locked(self) -> bool:
        """True while a process trains this run."""
        if not (self.path / LOCK).exists():
            return False  # asking would leave a lock file in a folder that may be somebody else's
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:
            return False  # a read-only place: nobody can train there
        lock.release()
        return False

    def require_writable(self) -> None:
        """Refuse to write into the folder of a newer version's run.

        Raises:
            RunError: It is one.
        """
        if self.read_only:
            raise RunError(self.read_only, hint="Update CNN Studio, or start a new run with its settings.")

    def journal(self) -> list[dict[str, Any]]:
        """All that happened to the run, oldest first; what isn't a record of ours is left out."""
        return [record for record in files.read_lines(self.path / JOURNAL) if _is_record(record)]

    def history(self) -> list[TrainingEvent]:
        """The starts, steps and epochs of the training, oldest first."""
        from cnnstudio.runs.tail import read_history

        return read_history(self.path / HISTORY)

    def history_part(self, ctx: "JobContext | None" = None) -> "HistoryPart":
        """The same in columns, as curves are drawn from it; read in pieces, between which a job hears its Cancel."""
        from cnnstudio.runs.tail import read_part

        return read_part(self.path / HISTORY, ctx)

    def epochs(self) -> list[EpochDone]:
        """What came out at the end of each epoch."""
        return [event for event in self.history() if isinstance(event, EpochDone)]

    def best(self) -> EpochDone | None:
        """The best epoch, if one is done."""
        return next((epoch for epoch in reversed(self.epochs()) if epoch.is_best), None)

    def ended(self, history: "HistoryPart") -> RunEnded | None:
        """How the training ended last; None if it runs, never began, or was broken off."""
        state = self.state
        if state.value not in set(EndReason):
            return None
        step = history.newest.last_step if history.newest is not None else 0
        epoch = history.epochs[-1].epoch if history.epochs else 0
        return RunEnded(EndReason(state.value), step, epoch, self.journal()[-1]["text"])

    def size_bytes(self) -> int:
        """Bytes on the disk."""
        return sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())


def open_run(path: Path) -> Run:
    """Read a run folder; of a newer version's, all that this version knows.

    Raises:
        RunError: It is no run, or a part of it is missing or damaged; the part is named.
    """
    if not (path / RUN).is_file():
        raise RunError(f"{path} is not a run: it has no {RUN}.", hint="Choose a folder that CNN Studio made.")
    try:
        described, data, recipe = (files.read_json(path / name) for name in (RUN, DATA, TRAIN))
        network = files.read_json_text(path / NETWORK)
        newer = _newer(path, described, data, recipe, _parsed(network))
    except FileError as error:
        raise RunError(f"The run {path.name} is incomplete: {error}") from None
    try:
        info = parse_spec(RunInfo, described, RunError, str(path / RUN))
        data_spec = parse_spec(DataSpec, data, RunError, str(path / DATA))
        config = parse_config(recipe, str(path / TRAIN))
        return Run(path, info, data_spec, _graph(network), config, newer and f"{newer}; it stays as it is.")
    except StudioError as error:
        if newer:
            raise RunError(f"{newer}, and this one can't read it: {error}", hint="Update CNN Studio.") from None
        if isinstance(error, RunError):
            raise
        raise RunError(f"The run {path.name} can't be read: {error}") from None


def _is_record(record: Any) -> bool:
    """Does this line of a journal say when, in which state, and why?"""
    try:
        datetime.fromisoformat(record["time"])
        return record["state"] in STATES and isinstance(record["text"], str)
    except (TypeError, KeyError, ValueError):
        return False


def _newer(path: Path, described: Any, data: Any, recipe: Any, network: Any) -> str:
    """Which version made this run, wholly or in a part, if it is a newer one; empty if not."""
    pairs = ((described, RunInfo), (data, DataSpec), (recipe, TrainConfig), (network, NetworkGraph))
    if not any(is_newer(part, cls) for part, cls in pairs):
        return ""
    versions = described.get("versions") if isinstance(described, dict) else None
    by = versions.get("cnnstudio") if isinstance(versions, dict) else None
    version = f" {printable(by[:20])}" if isinstance(by, str) else ""
    return f"{path.name} was made by a newer CNN Studio{version}"


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    return files.parse_json(text, NETWORK)


@lru_cache(maxsize=64)
def _graph(text: str) -> NetworkGraph:
    """The network of a file's text. Hundreds of runs share a few networks, and parsing a ResNet-20 takes 8 ms."""
    value = _parsed(text)
    # A later format may still mean the same: its layers decide whether it can be read.
    return parse_graph({**value, "version": VERSION} if is_newer(value, NetworkGraph) else value, NETWORK)


def bin_run(run: Run) -> Path:
    """Move a run to the bin beside the others; returns where it lies now.

    Raises:
        RunError: It is being trained.
    """
    if run.is_locked:
        raise RunError(f"{run.name} is being trained.", hint="Stop it first.")
    (run.path / LOCK).unlink(missing_ok=True)
    target = run.path.parent / BIN / run.path.name
    target.parent.mkdir(exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.move(run.path, target))


def restore_run(binned: Path) -> Run:
    """Take a run out of the bin again.

    Raises:
        RunError: It is not there any more, or a run of its name has taken its place.
    """
    target = binned.parent.parent / binned.name
    if target.exists():
        raise RunError(f"There is a run {binned.name} already.", hint="Move that one to another place first.")
    try:
        shutil.move(binned, target)
    except OSError as error:
        raise RunError(f"{binned.name} can't be brought back: {error.strerror or error}.") from None
    return open_run(target)
