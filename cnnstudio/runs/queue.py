"""Trainings that wait for their turn, kept in the project: they survive the end of the program."""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.specs import Spec, parse_spec
from cnnstudio.data.spec import DataSpec
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.run import Run, open_run
from cnnstudio.runs.store import create_run, next_run_path
from cnnstudio.training.config import TrainConfig

if TYPE_CHECKING:
    from cnnstudio.data.dataset import Dataset

QUEUE = "queue.json"
MOST = 1_000


class QueueItem(Spec):
    """A training that waits: a new run with its own copy of all settings, or a run that is to go on.

    Args:
        id: Tells it from the others.
        kind: "new" has data, network and recipe; "resume" has the run's folder.
        epochs: Epochs in all for a run that goes on; None as its recipe says.
        problem: Why it couldn't be begun; it is passed over until it is tried again.
    """

    id: str
    kind: Literal["new", "resume"]
    name: str
    data: DataSpec | None = None
    network: NetworkGraph | None = None
    train: TrainConfig | None = None
    run: str = ""
    epochs: int | None = None
    problem: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        is_new = self.data is not None and self.network is not None and self.train is not None
        if not (is_new if self.kind == "new" else self.run):
            raise ValueError("a part of what is to be trained is missing")
        return self


class Queue(Spec):
    """What queue.json holds, the next one first."""

    version: int = 1
    items: tuple[QueueItem, ...] = ()

    def add(self, item: QueueItem) -> "Queue":
        """With one more at the end.

        Raises:
            RunError: There are too many.
        """
        if len(self.items) >= MOST:
            raise RunError(f"{MOST:,} trainings wait already.", hint="Let some be done first, or remove some.")
        return self.replace(items=(*self.items, item))

    def remove(self, item_id: str) -> "Queue":
        """Without one; unchanged if it isn't there."""
        return self.replace(items=tuple(item for item in self.items if item.id != item_id))

    def move(self, item_id: str, by: int) -> "Queue":
        """With one nearer to the front (negative) or to the end."""
        place = next((i for i, item in enumerate(self.items) if item.id == item_id), None)
        if place is None:
            return self
        rest = [item for item in self.items if item.id != item_id]
        rest.insert(max(0, min(len(rest), place + by)), self.items[place])
        return self.replace(items=tuple(rest))

    def with_problem(self, item_id: str, problem: str) -> "Queue":
        """With a note on why one couldn't be begun; an empty one lets it be tried again."""
        return self.replace(
            items=tuple(item.replace(problem=problem) if item.id == item_id else item for item in self.items)
        )

    def next(self) -> QueueItem | None:
        """The first that can be begun."""
        return next((item for item in self.items if not item.problem), None)


def new_item(name: str, data: DataSpec, network: NetworkGraph, train: TrainConfig) -> QueueItem:
    """A new run that waits; later edits of the project don't touch it."""
    return QueueItem(id=uuid.uuid4().hex, kind="new", name=name, data=data, network=network, train=train)


def resume_item(run: Run, epochs: int | None = None) -> QueueItem:
    """A run that waits to go on."""
    return QueueItem(id=uuid.uuid4().hex, kind="resume", name=run.name, run=str(run.path), epochs=epochs)


def load_queue(project: Path) -> Queue:
    """The queue of a project folder; an empty one if there is none.

    Raises:
        FileError: It is damaged.
    """
    path = project / QUEUE
    return parse_spec(Queue, files.read_json(path), FileError, str(path)) if path.exists() else Queue()


def save_queue(project: Path, queue: Queue) -> None:
    """Keep the queue.

    Raises:
        FileError: The place can't be written.
    """
    files.write_json(project / QUEUE, queue.to_json())


def begin_item(
    item: QueueItem, runs_dir: Path, ctx: JobContext, at_hand: "Dataset | None" = None
) -> "tuple[Run, Dataset]":
    """Open the data of a waiting training, and make its run folder or open the one that goes on.

    Args:
        item: What waited.
        runs_dir: Where new runs go.
        ctx: For progress and Cancel.
        at_hand: Data that are open already; taken if they are the right ones.

    Raises:
        StudioError: The data can't be read, the parts don't fit, or the run has gone.
    """
    from cnnstudio.data.dataset import open_dataset
    from cnnstudio.runs.execute import extend_run

    if item.kind == "resume":
        run = open_run(Path(item.run))
        run = extend_run(run, item.epochs) if item.epochs else run
        spec = run.data
    else:
        assert item.data is not None
        run, spec = None, item.data
    dataset = at_hand if at_hand is not None and at_hand.spec == spec else open_dataset(spec, ctx)
    if run is None:
        assert item.network is not None
        assert item.train is not None
        path = next_run_path(runs_dir)
        run = create_run(path, dataset, item.network, item.train, item.name or f"Run {int(path.name[4:])}")
    return run, dataset
