"""The tab Overview of the page Data: mean pictures, levels, sizes, and a map of the pictures to choose from."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.data.dataset import Dataset, printable
from cnnstudio.data.words import counted
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.gallery import Gallery
from cnnstudio.gui.widgets.gallery_model import GalleryItems
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.levels import LevelCurves
from cnnstudio.gui.widgets.picture_map import PictureMapView
from cnnstudio.gui.widgets.states import BusyState, EmptyState, ErrorState
from cnnstudio.gui.widgets.tabs import Chips

if TYPE_CHECKING:
    from cnnstudio.data.card import DataCard, Method, PictureMap

OVERVIEW, LEFT_PX = "overview", 340
METHODS = (
    ("pca", "Main directions", "PCA: the two directions in which the pictures' pixels differ most."),
    ("tsne", "Neighbours", "t-SNE: up to 1,500 pictures, neighbours kept together; takes some seconds."),
)


class OverviewTab(QWidget):
    """Works out what it shows when it comes into sight, beside the window. `chosen` brings numbers of pictures."""

    chosen = Signal(list)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._seen: Dataset | None = None
        self._job: Job | None = None
        self.means = Gallery("Mean pictures", "The mean of all pictures, and of each class.")
        self.means.set_zoom(64)
        self.levels = LevelCurves()
        self.facts = Label("", "small", wrap=True)
        self.method = Chips(METHODS, "How the pictures are laid out")
        self.method.set_current("pca")
        self.map = PictureMapView()
        self.show_chosen = Button("Show the chosen", "Show them in the gallery.", icon="image-multiple-outline")
        self._about = Label("", "small", wrap=True)
        self.busy = BusyState("Looking at all pictures", "Stop looking; nothing is changed.")
        self.empty = EmptyState("No pictures yet", "Open data on the tab Pictures first.", icon="image-outline")
        self.error = ErrorState("Your files and your runs are safe.", "Try again", "Look at the pictures again.")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        means, levels, side = Card("Mean pictures"), Card("Levels"), QVBoxLayout()
        means.add(self.means, 1)
        levels.add(self.levels)
        levels.add(self.facts)
        levels.hug()
        side.setSpacing(theme.tokens.size.gap)
        side.addWidget(means, 1)
        side.addWidget(levels)
        left = QWidget()
        left.setFixedWidth(LEFT_PX)
        side.setContentsMargins(0, 0, 0, 0)
        left.setLayout(side)
        card = Card("Map of the pictures")
        self.map.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        foot = QHBoxLayout()
        foot.addWidget(self._about, 1)
        foot.addWidget(self.show_chosen)
        card.add(self.method)
        card.add(self.map, 1)
        card.add(foot)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(left)
        row.addWidget(card, 1)
        self.views = QStackedWidget()
        for view in (content, self.busy, self.empty, self.error):
            self.views.addWidget(view)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.views)

    def _connect(self) -> None:
        self.session.dataset_changed.connect(self._on_dataset)
        self.session.jobs.job_changed.connect(self._on_job)
        self.busy.triggered.connect(self._cancel)
        self.error.triggered.connect(self._begin)
        self.method.chosen.connect(self._begin)
        self.map.chosen.connect(self._on_lasso)
        self.show_chosen.clicked.connect(self._on_show)
        self._on_lasso([])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_dataset()

    def _on_dataset(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            self.views.setCurrentWidget(self.empty)
        elif dataset is not self._seen and self.isVisible():
            self._begin()

    def _begin(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            return
        self._cancel()
        self._seen, method = dataset, self.method.current()

        def work(ctx: JobContext) -> "tuple[DataCard, PictureMap]":
            # scikit-learn takes a second to import: not before it is wanted.
            from cnnstudio.data.card import data_card, picture_map

            kind: Method = "tsne" if method == "tsne" else "pca"
            return data_card(dataset, ctx), picture_map(dataset, kind, ctx)

        self.views.setCurrentWidget(self.busy)
        self._job = self.session.jobs.start(
            "Looking at the pictures", "io", work, on_done=self._show, on_error=self._fail, on_cancelled=self._forget
        )

    def _show(self, found: "tuple[DataCard, PictureMap]") -> None:
        card, pictures = found
        dataset = self._seen
        self._job = None
        if dataset is None:
            return
        self._show_means(dataset, card)
        self.levels.set_levels(card.levels)
        self.facts.set_text(facts_text(dataset, card))
        texts = {
            number: f"{printable(dataset.names[number])} · {printable(dataset.classes[int(dataset.labels[number])])}"
            for number in pictures.numbers.tolist()
        }
        self.map.set_map(pictures, texts)
        self._on_lasso([])
        self.views.setCurrentIndex(0)

    def _show_means(self, dataset: Dataset, card: "DataCard") -> None:
        counts = list(dataset.counts().values())
        pictures = [card.mean, *card.class_means]
        names = ["all pictures", *(printable(name) for name in dataset.classes)]
        amounts = [sum(counts), *counts]
        items = GalleryItems(
            list(range(len(pictures))),
            lambda number: np.ascontiguousarray(pictures[number].transpose(1, 2, 0)),
            lambda number: names[number],
            tooltip=lambda number: f"Mean of {counted(amounts[number], 'picture')}: {names[number]}",
        )
        self.means.set_items(items)

    def _on_lasso(self, numbers: list[int]) -> None:
        self.show_chosen.set_enabled(bool(numbers), "Draw around some pictures first.")
        found = f"{counted(len(numbers), 'picture')} chosen."
        self._about.set_text(found if numbers else "Draw around some pictures to choose them.")

    def _on_show(self) -> None:
        self.chosen.emit(self.map.numbers())

    def _fail(self, error: StudioError) -> None:
        self._job = None
        self.error.set_error("The pictures can't be looked at", error)
        self.views.setCurrentWidget(self.error)

    def _forget(self) -> None:
        if self._job is None:
            self._seen = None
            self.views.setCurrentWidget(self.error)

    def _cancel(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _on_job(self, job: Job) -> None:
        if job is self._job:
            self.busy.set_progress(job.progress)


def facts_text(dataset: Dataset, card: "DataCard") -> str:
    """Counts, sizes and levels in words."""
    counts = [count for count in dataset.counts().values() if count]
    parts = [
        f"{counted(sum(counts), 'picture')} of {counted(len(dataset.classes), 'class', 'classes')}, "
        f"{min(counts, default=0):,} to {max(counts, default=0):,} each."
    ]
    if card.sizes is not None:
        small, middle, large = (f"{width:,} × {height:,}" for width, height in card.sizes)
        several = f"Files from {small} to {large} px, the middle one {middle}."
        parts.append(f"All files: {small} px." if small == large else several)
    total = max(1, int(card.levels.sum()))
    black, full = card.levels[:, 0].sum() / total, card.levels[:, 255].sum() / total
    parts.append(f"{black:.1%} of the values are 0, {full:.1%} are 255.")
    return " ".join(parts)
