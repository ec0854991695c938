"""An import of weights in the window: reads the file beside the window, plans, and makes the run when asked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.core.errors import GraphError, StudioError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.gui.drops import WEIGHTS_SUFFIXES
from cnnstudio.gui.weights_dialog import WeightsDialog
from cnnstudio.gui.weights_form import OWN, ClassesFrom, ImportChoice
from cnnstudio.network.architectures import architectures
from cnnstudio.network.fit import fit_architecture
from cnnstudio.network.weights.published import published_file
from cnnstudio.runs.store import next_run_path

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.network.weights.file import WeightsFile
    from cnnstudio.runs.import_plan import ImportPlan
    from cnnstudio.runs.run import Run

T = TypeVar("T")
LANE = "weights"
FILTER = f"Weights ({' '.join(f'*{suffix}' for suffix in WEIGHTS_SUFFIXES)});;All files (*)"


class WeightsImport(QObject):
    """Glue between one dialog, the session, and the jobs that read and plan."""

    def __init__(self, window: QWidget, session: "Session", path: Path, network: str = OWN) -> None:
        # The dialog deletes itself when it is closed, and this with it.
        self.dialog = WeightsDialog(window)
        super().__init__(self.dialog)
        self._session, self._path = session, path
        self._is_open = True
        self._file: WeightsFile | None = None
        self._plan: ImportPlan | None = None
        self._job: Job | None = None
        self.dialog.form.set_networks(_networks(session.graph), network or _suggested(path, session.graph))
        self.dialog.form.set_classes(_classes(session))
        self.dialog.form.changed.connect(self._on_choice)
        self.dialog.import_wanted.connect(self._make_run)
        self.dialog.finished.connect(self._on_finished)
        self._read()
        self.dialog.open()

    def _read(self) -> None:
        path = self._path
        self.dialog.show_busy("Reading the weights", path.name)

        def work(ctx: JobContext) -> "WeightsFile":
            from cnnstudio.network.weights.file import read_weights

            ctx.progress(0, 0, path.name)
            return read_weights(path, ctx)

        self._start(f"Reading {path.name}", work, self._on_read, self.dialog.show_error)

    def _on_read(self, file: "WeightsFile") -> None:
        self._file = file
        self._make_plan(self.dialog.form.choice())

    def _on_choice(self, choice: ImportChoice) -> None:
        if self._file is not None:
            self._make_plan(choice)

    def _make_plan(self, choice: ImportChoice) -> None:
        file, own = self._file, self._session.graph
        data = self._session.dataset.classes if self._session.dataset is not None else ()
        assert file is not None
        self._plan = None
        self.dialog.show_busy("Comparing names and shapes")
        work = partial(_planned, file, own, tuple(data), choice)
        self._start("Comparing the weights", work, self._on_planned, self.dialog.show_problem)

    def _on_planned(self, plan: "ImportPlan") -> None:
        self._plan = plan
        self.dialog.show_plan(plan)

    def _make_run(self) -> None:
        plan, project = self._plan, self._session.project
        if plan is None or project is None:
            return
        self.dialog.show_busy("Making the run")

        def work(ctx: JobContext) -> "Run":
            from cnnstudio.runs.imported import import_run

            path = next_run_path(project.runs_dir)
            ctx.progress(0, 0, path.name)
            return import_run(path, plan.match, plan.file, plan.classes, plan.preprocess)

        self._start("Importing weights", work, self._on_made, self.dialog.show_error)

    def _on_made(self, run: "Run") -> None:
        self._session.adopt_run(run)
        text = f"{run.name} has the weights of {self._path.name}."
        self._session.notice.emit("ok", text, "Look inside it here, or ask it about pictures on the page Classify.")
        self._session.page_requested.emit("inspect")
        self.dialog.accept()

    def _on_finished(self) -> None:
        self._is_open = False
        if self._job is not None:
            self._job.cancel()

    def _start(
        self,
        name: str,
        work: Callable[[JobContext], T],
        done: Callable[[T], None],
        failed: Callable[[StudioError], None],
    ) -> None:
        # Only the newest job counts, and only while the dialog is open: another may have finished just in time.
        def on_done(value: T) -> None:
            if self._is_open and self._job is job:
                done(value)

        def on_error(error: StudioError) -> None:
            if self._is_open and self._job is job:
                failed(error)

        job = self._session.jobs.start(name, LANE, work, on_done=on_done, on_error=on_error, supersede=True)
        self._job = job


def choose_weights(window: QWidget, session: "Session") -> None:
    """Ask for a file of weights and show what an import would do."""
    dialog = QFileDialog(window, "Import weights", str(Path.home()), FILTER)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(session.offer_weights)
    dialog.open()


def _planned(
    file: "WeightsFile", own: "NetworkGraph | None", data: tuple[str, ...], choice: ImportChoice, ctx: JobContext
) -> "ImportPlan":
    from cnnstudio.runs.class_names import read_class_names
    from cnnstudio.runs.import_plan import plan_import

    graph = fit_architecture(choice.network, None, None) if choice.network else own
    if graph is None:
        raise GraphError("There is no network yet.", hint="Choose one of the architectures.")
    ctx.check()
    names = data if choice.classes == "data" else None
    if choice.classes == "names" and choice.names is not None:
        names = read_class_names(choice.names)
    return plan_import(graph, file, names, choice.mean or None, choice.std or None)


def _networks(own: "NetworkGraph | None") -> list[tuple[str, str]]:
    first = [(OWN, f"This project's: {own.name}")] if own is not None else []
    return [*first, *((item.name, item.title) for item in sorted(architectures.values(), key=lambda a: a.title))]


def _suggested(path: Path, own: "NetworkGraph | None") -> str:
    """The architecture of a published file, or the longest one that the name begins with; else the project's."""
    if (known := published_file(path.name)) is not None:
        return known.architecture
    name = path.stem.lower().replace("_", "-")
    fitting = [key for key in architectures if name == key or name.startswith((f"{key}-", f"{key}."))]
    best = max(fitting, key=len, default=OWN)
    return OWN if own is not None and own.architecture == best else best


def _classes(session: "Session") -> list[tuple[ClassesFrom, str]]:
    options: list[tuple[ClassesFrom, str]] = [("file", "As in the file")]
    if session.dataset is not None:
        options.append(("data", f"Those of the data ({len(session.dataset.classes):,})"))
    return [*options, ("names", "From a file of names")]
