"""The map of the pictures on the tab Overview: by their pixels, or by what a run sees in them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.data.dataset import Dataset, printable
from cnnstudio.data.words import counted
from cnnstudio.gui.pages.lane_network import LaneNetwork
from cnnstudio.gui.pages.mapping import LANE, Mapped, is_of_these_pictures, make_map, map_text, tooltips
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.class_marks import ClassLegend
from cnnstudio.gui.widgets.field_rows import KeyedCombo
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.picture_map import PictureMapView
from cnnstudio.gui.widgets.states import BusyState, ErrorState
from cnnstudio.gui.widgets.tabs import Chips

if TYPE_CHECKING:
    from cnnstudio.runs.run import Run

PIXELS = ""
METHODS = (
    ("pca", "Main directions", "PCA: the two directions in which the pictures differ most."),
    ("tsne", "Neighbours", "t-SNE: up to 1,500 pictures, neighbours kept together; takes some seconds."),
)
LOOKS = (
    ("pictures", "Pictures", "Show the pictures, framed in the colours of their classes."),
    ("marks", "Marks", "Show a mark of its class for each picture: groups are seen more clearly."),
)


class MapPanel(Card):
    """Glue between the open data, its runs and the map; works when asked by `begin`. `chosen` brings pictures."""

    chosen = Signal(list)

    def __init__(self, session: Session) -> None:
        super().__init__("Map of the pictures")
        self.session = session
        self._networks = LaneNetwork()
        self._job: Job | None = None
        self._dataset: Dataset | None = None
        self._shown: Mapped | None = None
        self.by = KeyedCombo([(PIXELS, "The pixels")])
        self.by.setMinimumContentsLength(16)
        self.by.setAccessibleName("Alike by")
        self.by.setToolTip(
            "What makes pictures alike: their pixels, or what a trained run sees in them (the values that its last "
            "layer decides by). Runs of other pictures or sizes are not offered."
        )
        self.method = Chips(METHODS, "How the pictures are laid out")
        self.method.set_current("pca")
        self.look = Chips(LOOKS, "How the pictures are shown")
        self.look.set_current("pictures")
        self.map, self.legend = PictureMapView(), ClassLegend()
        self.about, self.choice = Label("", "small", wrap=True), Label("", "small", wrap=True)
        self.choose_wrong = Button("Choose the wrong ones", "Choose the pictures that the run takes for another class.")
        self.show_chosen = Button("Show the chosen", "Show them in the gallery.", icon="image-multiple-outline")
        self.busy = BusyState("Laying the pictures out", "Stop; what was shown before can be shown again.")
        self.error = ErrorState("Your files and your runs are safe.", "Try again", "Lay the pictures out once more.")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head, foot, content = QHBoxLayout(), QHBoxLayout(), QWidget()
        head.addWidget(Label("Alike by", "small"))
        head.addWidget(self.by)
        head.addWidget(self.method, 1)
        head.addWidget(self.look, 1)
        self.map.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        foot.addWidget(self.choice, 1)
        foot.addWidget(self.choose_wrong)
        foot.addWidget(self.show_chosen)
        box = QVBoxLayout(content)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.map, 1)
        box.addWidget(self.legend)
        box.addWidget(self.about)
        box.addLayout(foot)
        self.views = QStackedWidget()
        for view in (content, self.busy, self.error):
            self.views.addWidget(view)
        self.add(head)
        self.add(self.views, 1)

    def _connect(self) -> None:
        self.session.runs_changed.connect(self._show_runs)
        self.session.jobs.job_changed.connect(self._on_job)
        for wanted in (self.by.picked, self.method.chosen, self.error.triggered):
            wanted.connect(self.begin)
        self.busy.triggered.connect(self._on_cancel)
        self.look.chosen.connect(self.map.set_look)
        self.map.chosen.connect(self._on_choice)
        self.choose_wrong.clicked.connect(self.map.choose_wrong)
        self.show_chosen.clicked.connect(self._on_show)

    def begin(self) -> None:
        """Lay the pictures of the open data out as the controls say."""
        dataset, run = self.session.dataset, self._run()
        if dataset is None:
            return
        self.stop()
        self._dataset = dataset
        self._show_runs()
        networks, method = self._networks, self.method.current()

        def work(ctx: JobContext) -> Mapped:
            return make_map(ctx, networks, dataset, run, "tsne" if method == "tsne" else "pca")

        what = "the pictures" if run is None else f"what {printable(run.name)} sees"
        self.busy.set_texts(f"Laying out {what}", "")
        self.views.setCurrentWidget(self.busy)
        self._job = self.session.jobs.start(
            f"Laying out {what}", LANE, work, on_done=self._show, on_error=self._fail, on_cancelled=self._on_stopped
        )

    def stop(self) -> None:
        """End what is being laid out."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _run(self) -> "Run | None":
        """The chosen run; None for the pixels."""
        return next((run for run in self._runs() if str(run.path) == self.by.key()), None)

    def _runs(self) -> "list[Run]":
        dataset = self.session.dataset
        return [] if dataset is None else [run for run in self.session.runs if is_of_these_pictures(run, dataset)]

    def _show_runs(self) -> None:
        """Offer the runs of these pictures, the newest first."""
        reached = {summary.path: summary.accuracy for summary in self.session.summaries}
        options = [(PIXELS, "The pixels")]
        for run in reversed(self._runs()):
            accuracy = reached.get(run.path)
            text = f"{printable(run.name)} · {run.graph.name}"
            options.append((str(run.path), text if accuracy is None else f"{text} · {percent(accuracy)}"))
        self.by.set_options(options)

    def _show(self, found: Mapped) -> None:
        self._job, self._shown = None, found
        dataset, numbers, is_wrong = found.dataset, found.pictures.numbers, found.is_wrong
        self.map.set_map(found.pictures, tooltips(found), dataset.labels[numbers], is_wrong)
        self.legend.set_classes([printable(name) for name in dataset.classes], bool(is_wrong.any()))
        self.about.set_text(map_text(found, found.run is not None and dataset.spec.is_same_data(found.run.data)))
        why = "No answer is wrong." if found.run is not None else "Choose a run under 'Alike by' first."
        self.choose_wrong.set_enabled(bool(is_wrong.any()), why)
        self._on_choice([])
        self.views.setCurrentIndex(0)

    def _fail(self, error: StudioError) -> None:
        self._job = None
        self.error.set_error("The pictures can't be laid out", error)
        self.views.setCurrentWidget(self.error)

    def _on_cancel(self) -> None:
        """Show what was there before, at once; a layout that is being computed ends by itself."""
        self.stop()
        if self._shown is not None and self._shown.dataset is self._dataset:
            self.by.set_key(PIXELS if self._shown.run is None else str(self._shown.run.path))
            self.method.set_current(self._shown.pictures.method)
            self.views.setCurrentIndex(0)
        else:
            self._on_stopped()

    def _on_stopped(self) -> None:
        if self._job is None and self.views.currentWidget() is self.busy and self._shown is None:
            self._fail(StudioError("It was stopped before it was done."))

    def _on_choice(self, numbers: list[int]) -> None:
        self.show_chosen.set_enabled(bool(numbers), "Draw around some pictures first.")
        found = f"{counted(len(numbers), 'picture')} chosen."
        self.choice.set_text(found if numbers else "Draw around some pictures to choose them.")

    def _on_show(self) -> None:
        self.chosen.emit(self.map.numbers())

    def _on_job(self, job: Job) -> None:
        if job is self._job:
            self.busy.set_progress(job.progress)
