"""The only writable state of the window: values in through methods, changes out through signals."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.core.paths import free_path, projects_dir
from cnnstudio.core.settings import Settings, load_settings, save_settings
from cnnstudio.data.spec import SourceSpec, data_spec, parse_source
from cnnstudio.data.words import counted
from cnnstudio.gui.edit_shelf import EditShelf
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.queue import TrainingQueue
from cnnstudio.gui.repetition import Repetition
from cnnstudio.gui.run_shelf import COPY_FIRST
from cnnstudio.gui.samples import sample
from cnnstudio.gui.training import TrainingControl
from cnnstudio.gui.undo import UndoStack
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.validate import Validation, validate
from cnnstudio.network.zoo import fit_architecture, fit_graph
from cnnstudio.project import Project, ProjectSpec, create_project, open_to_look
from cnnstudio.runs.run import Run
from cnnstudio.training.config import TrainConfig

AUTOSAVE_MS = 500  # a crash costs at most a second of edits


class Session(EditShelf):
    """What is open in this window: project, data, network, recipe, runs."""

    project_changed = Signal()
    graph_changed = Signal()
    config_changed = Signal()
    settings_changed = Signal()
    page_requested = Signal(str)
    images_dropped = Signal(list)
    image_wanted = Signal(int)
    judging_wanted = Signal()
    weights_offered = Signal(object)
    export_wanted = Signal(object)
    run_network_wanted = Signal(object)
    pretrained_wanted = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(jobs, parent)
        self.settings: Settings = load_settings()
        self.graph: NetworkGraph | None = None
        self.validation: Validation | None = None
        self.config = TrainConfig()
        self.page = ""  # the key of the page in sight
        self.training = TrainingControl(self)
        self.repetition = Repetition(self)
        self.queue = TrainingQueue(self)
        self._undo: UndoStack[NetworkGraph | None] = UndoStack()
        self._architecture = "lenet5"
        self._start_when_open = False
        self._save_timer = QTimer(self, singleShot=True, interval=AUTOSAVE_MS)
        self.augment_changed.connect(self._save_soon)
        self.edits_changed.connect(self._save_soon)
        self._save_timer.timeout.connect(self.save)
        self.data_opened.connect(self._on_data_opened)

    # Projects -----------------------------------------------------------------------------------------------

    def begin_sample(self, name: str) -> None:
        """Make a project of one of the samples and train at once.

        Raises:
            StudioError: There is no such sample.
        """
        begun = sample(name)
        self.new_project(parse_source(begun.source), begun.architecture, config=begun.config, start=True)

    def new_project(
        self,
        source: SourceSpec,
        architecture: str = "lenet5",
        *,
        config: TrainConfig | None = None,
        start: bool = False,
    ) -> None:
        """Make a project around a data source; with `start` it trains as soon as the data is open."""
        name = source.title
        spec = ProjectSpec(name=name, train=config or TrainConfig())
        try:
            project = create_project(free_path(projects_dir(), name), spec)
        except StudioError as error:
            self.report(error)
            return
        self._enter(project)
        self._architecture = architecture
        self._start_when_open = start
        self.open_data(source.title, partial(data_spec, source))
        self.page_requested.emit("train" if start else "data")

    def open_project(self, path: Path) -> None:
        """Open a project folder, to look at it where it can't be written; its last run is chosen."""
        try:
            project = open_to_look(path)
        except StudioError as error:
            self.report(error)
            return
        self._enter(project)
        if project.recovered:
            self.notice.emit("warn", project.recovered, "")
        if project.spec.data is not None:
            self.set_data_spec(project.spec.data)
        self.page_requested.emit("train" if self.graph is not None else "data")

    def _enter(self, project: Project) -> None:
        self.leave_project()
        self.project = project
        self.data_spec, self.graph, self.config = project.spec.data, project.spec.network, project.spec.train
        self.validation = validate(self.graph) if self.graph is not None else None
        self._undo.reset(self.graph)
        self._architecture = "lenet5"
        self.set_settings(self.settings.with_recent(project.path))
        self.project_changed.emit()
        self.graph_changed.emit()
        self.config_changed.emit()
        self.refresh_runs()

    def leave_project(self) -> None:
        """Stop what runs, save, and close what is open."""
        if self.project is None:
            return
        self.training.stop()
        self.save()
        self.close_data()
        self.project.close()
        self.project = self.graph = self.validation = self.run = None
        self.forget_runs()
        self._start_when_open = False

    def save(self) -> None:
        """Write the project now; on failure the window keeps everything and says so."""
        self._save_timer.stop()
        if self.project is None or self.why_read_only():
            return
        spec = self.project.spec.replace(data=self.data_spec, network=self.graph, train=self.config)
        if spec == self.project.spec:
            return
        try:
            self.project = self.project.save(spec)
        except StudioError as error:
            self.report(error)

    # Data -----------------------------------------------------------------------------------------------------

    def open_source(self, source: SourceSpec) -> None:
        """Put a data source into the project, or make a project around it if none is open."""
        if self.project is None:
            self.new_project(source)
        else:
            self.open_data(source.title, partial(data_spec, source))
            self.page_requested.emit("data")

    def _on_data_opened(self) -> None:
        try:
            self._fit_graph()
        except StudioError as error:
            self.report(error)
        self._save_soon()
        if self._start_when_open:
            self._start_when_open = False
            self.training.start()

    def _fit_graph(self) -> None:
        """Give the network the data's image size and number of classes."""
        assert self.dataset is not None
        shape = tuple(int(n) for n in self.dataset.pixels.shape[1:])
        classes = len(self.dataset.classes)
        if self.graph is None:
            graph = fit_architecture(self._architecture, shape, classes)
            self._undo.reset(graph)
            self._show_graph(graph)
            return
        fitted = fit_graph(self.graph, shape, classes)
        if fitted != self.graph:
            # Not an edit of the user's: whatever undo brings back is fitted too, or it could not be trained.
            self._undo.transform(lambda graph: graph and fit_graph(graph, shape, classes))
            self._show_graph(fitted)
            self.notice.emit(
                "info", f"{fitted.name} now takes {_size(shape)} images and has {counted(classes, 'output')}.", ""
            )

    # Network --------------------------------------------------------------------------------------------------

    def use_architecture(self, name: str) -> None:
        """Replace the network by one of the catalogue, fitted to the data; can be undone."""
        shape = tuple(int(n) for n in self.dataset.pixels.shape[1:]) if self.dataset is not None else None
        try:
            classes = len(self.dataset.classes) if self.dataset is not None else None
            graph = fit_architecture(name, shape, classes)
        except StudioError as error:
            self.report(error)
            return
        self.set_graph(graph, f"Use {graph.name}")

    def set_graph(self, graph: NetworkGraph, text: str) -> None:
        """An edit of the network, named for undo."""
        self._undo.push(graph, text)
        self._show_graph(graph)

    def undo(self) -> None:
        """Take the last edit of the network back."""
        if self._undo.undo_text is not None:
            self._show_graph(self._undo.undo())

    def redo(self) -> None:
        """Make the edit again that was undone last."""
        if self._undo.redo_text is not None:
            self._show_graph(self._undo.redo())

    @property
    def undo_text(self) -> str | None:
        """What undo would take back."""
        return self._undo.undo_text

    @property
    def redo_text(self) -> str | None:
        """What redo would make again."""
        return self._undo.redo_text

    def offer_weights(self, path: Path | str) -> None:
        """Someone brought a file of weights: the window shows what an import would do."""
        if why_not := self.why_read_only():
            self.notice.emit("warn", why_not, COPY_FIRST)
        elif self.project is None:
            hint = "Begin with a sample, a folder or a project: the run needs a place."
            self.notice.emit("warn", "Weights become a run of a project, and none is open.", hint)
        else:
            self.weights_offered.emit(Path(path))

    def use_graph(self, graph: NetworkGraph, text: str) -> None:
        """Replace the network, fitted to the data; an edit named for undo."""
        dataset = self.dataset
        if dataset is not None:
            graph = fit_graph(graph, tuple(int(n) for n in dataset.pixels.shape[1:]), len(dataset.classes))
        self.set_graph(graph, text)

    def show_run_network(self, run: Run) -> None:
        """Show what a run trained on the page Network, to look at."""
        self.page_requested.emit("network")
        self.run_network_wanted.emit(run)

    def _show_graph(self, graph: NetworkGraph | None) -> None:
        self.graph = graph
        self.validation = validate(graph) if graph is not None else None
        self.graph_changed.emit()
        self._save_soon()

    # Recipe, runs, settings -----------------------------------------------------------------------------------

    def _save_soon(self) -> None:
        # A timer that runs isn't started anew: whoever edits without a rest would never be saved.
        if not self._save_timer.isActive():
            self._save_timer.start()

    def set_config(self, config: TrainConfig) -> None:
        """Change the recipe of the next run."""
        if config != self.config:
            self.config = config
            self.config_changed.emit()
            self._save_soon()

    def set_settings(self, settings: Settings) -> None:
        """Change the program's settings, and keep them."""
        self.settings = settings
        try:
            save_settings(settings)
        except StudioError as error:
            self.report(error)
        self.settings_changed.emit()

    def close(self, timeout_s: float = 5.0) -> bool:
        """Stop and save everything; False if a job was still busy after `timeout_s`."""
        self.training.stop()
        self.save()
        is_quiet = self.jobs.close(timeout_s)
        if self.dataset is not None:
            self.dataset.let_go()
        self.leave_project()
        return is_quiet


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(str(n) for n in shape)
