"""The window's queue of trainings: one after the other, beside the state machine of the one that runs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.data.words import counted
from cnnstudio.gui.run_shelf import COPY_FIRST
from cnnstudio.runs.queue import Queue, QueueItem, begin_item, load_queue, new_item, resume_item, save_queue
from cnnstudio.training.events import EndReason

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.gui.session import Session
    from cnnstudio.runs.run import Run

AFTER_RESTART = "They waited when the program ended."
AFTER_STOP = "You stopped a training."


class TrainingQueue(QObject):
    """What waits, and when the next one begins.

    A training that finishes, diverges or fails lets the next one begin; one that the user stops holds the queue, and
    so does a restart of the program.
    """

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._queue = Queue()
        self._project: Path | None = None
        self._begun: QueueItem | None = None
        self.why_held = ""
        session.project_changed.connect(self._on_project)
        session.training.changed.connect(self._on_training)

    @property
    def items(self) -> tuple[QueueItem, ...]:
        """What waits, the next one first."""
        return self._queue.items

    @property
    def is_held(self) -> bool:
        """True while the next one doesn't begin by itself."""
        return bool(self.why_held)

    def why_not_add(self) -> str:
        """Why the project as it is can't wait for its turn, as a sentence; empty if it can."""
        return self._session.training.why_not_fit()

    def add_current(self) -> None:
        """Let the project's data, network and recipe, as they are now, wait for their turn."""
        session = self._session
        if reason := self.why_not_add():
            session.notice.emit("warn", reason, "")
            return
        assert session.dataset is not None
        assert session.graph is not None
        self._add(new_item("", session.dataset.spec, session.graph, session.config), session.graph.name)

    def add_again(self, run: "Run") -> None:
        """Let a run's settings be trained once more, as a new run."""
        self._add(new_item(f"{run.name}, again", run.data, run.graph, run.config), f"{run.name}, again,")

    def add_resume(self, run: "Run", epochs: int | None = None) -> None:
        """Let a run go on when its turn comes."""
        if any(item.run == str(run.path) for item in self.items):
            self._session.notice.emit("info", f"{run.name} waits already.", "")
            return
        self._add(resume_item(run, epochs), run.name)

    def remove(self, item_id: str) -> None:
        """Take one out."""
        self._change(lambda queue: queue.remove(item_id))

    def put_back(self, item: QueueItem, place: int) -> None:
        """Undo a removal."""
        self._change(lambda queue: queue.add(item).move(item.id, place - len(queue.items)))

    def move(self, item_id: str, by: int) -> None:
        """Nearer to the front (negative) or to the end."""
        self._change(lambda queue: queue.move(item_id, by))

    def try_again(self, item_id: str) -> None:
        """Forget why one couldn't be begun."""
        self._change(lambda queue: queue.with_problem(item_id, ""))

    def hold(self, why: str) -> None:
        """Begin nothing by itself until `go_on`."""
        self.why_held = why
        self.changed.emit()

    def go_on(self) -> None:
        """Let the trainings begin, one after the other."""
        self.why_held = ""
        self.changed.emit()
        self._begin_next()

    def _add(self, item: QueueItem, name: str) -> None:
        self._change(lambda queue: queue.add(item))
        if item not in self.items:
            return
        waits = counted(len(self.items), "training")
        self._session.notice.emit("ok", f"{name} waits for its turn: {waits} in the queue.", "See the page Runs.")
        self._begin_next()

    def _change(self, edit: Callable[[Queue], Queue]) -> None:
        """Edit the queue and keep it; if it can't be kept it stays as it was."""
        if self._project is None:
            return
        if why_not := self._session.why_read_only():
            self._session.notice.emit("warn", why_not, COPY_FIRST)
            return
        try:
            queue = edit(self._queue)
            save_queue(self._project, queue)
        except StudioError as error:
            self._session.report(error)
            return
        self._queue = queue
        if not queue.items:
            self.why_held = ""
        self.changed.emit()

    def _begin_next(self) -> None:
        session, item = self._session, self._queue.next()
        if (
            item is None
            or self.is_held
            or session.why_read_only()
            or session.training.is_active
            or session.project is None
        ):
            return
        self._begun, at_hand, runs_dir = item, session.dataset, session.project.runs_dir
        waiting = item

        def prepare(ctx: "JobContext") -> "tuple[Run, Dataset]":
            return begin_item(waiting, runs_dir, ctx, at_hand)

        session.training.start_prepared(f"Training {item.name or 'a new run'}", prepare)

    def _on_training(self) -> None:
        training, begun = self._session.training, self._begun
        if begun is not None and training.run is not None:
            # From here on it is a run on the disk; what breaks it off now leaves it to be resumed.
            self._begun = None
            self._change(lambda queue: queue.remove(begun.id))
        if training.is_active:
            return
        if self._begun is not None:
            self._not_begun(self._begun)
        elif training.ended is not None and training.ended.reason is EndReason.STOPPED and self.items:
            self.hold(AFTER_STOP)
        self._begin_next()

    def _not_begun(self, item: QueueItem) -> None:
        """It failed before it was a run: the next one is tried, and this one says why."""
        self._begun = None
        error = self._session.training.error
        if error is None:
            self.hold(AFTER_STOP)
        else:
            self._change(lambda queue: queue.with_problem(item.id, str(error)))

    def _on_project(self) -> None:
        project = self._session.project
        self._queue, self._begun, self.why_held = Queue(), None, ""
        self._project = project.path if project is not None else None
        if project is not None:
            try:
                self._queue = load_queue(project.path)
            except StudioError as error:
                self._session.report(error)
        if self.items and self._session.why_read_only():
            self.why_held = self._session.why_read_only()
        elif self.items:
            self.why_held = AFTER_RESTART
            waits = counted(len(self.items), "training")
            self._session.notice.emit("info", f"{waits} in the queue of this project: held.", "See the page Runs.")
        self.changed.emit()
