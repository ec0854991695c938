"""The tab Overview of the page Data: mean pictures, levels, sizes, and a map of the pictures to choose from."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job, JobContext
from cnnstudio.data.dataset import Dataset, printable
from cnnstudio.data.words import counted
from cnnstudio.gui.pages.map_panel import MapPanel
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.gallery import Gallery
from cnnstudio.gui.widgets.gallery_model import GalleryItems
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.levels import LevelCurves
from cnnstudio.gui.widgets.progress_line import ProgressLine
from cnnstudio.gui.widgets.states import EmptyState

if TYPE_CHECKING:
    from cnnstudio.data.card import DataCard

OVERVIEW, LEFT_PX = "overview", 340


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
        self.panel = MapPanel(session)
        self.progress = ProgressLine("Stop looking; nothing is changed.")
        self.problem = Label("", "problem", wrap=True)
        self.again = Button("Try again", "Look at the pictures again.")
        self.empty = EmptyState("No pictures yet", "Open data on the tab Pictures first.", icon="image-outline")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._means, self._levels, side = Card("Mean pictures"), Card("Levels"), QVBoxLayout()
        waiting = QWidget()
        state = QVBoxLayout(waiting)
        state.setContentsMargins(0, 0, 0, 0)
        for widget in (self.progress, self.problem):
            state.addWidget(widget)
        state.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        state.addStretch(1)
        self._found = QStackedWidget()
        self._found.addWidget(self.means)
        self._found.addWidget(waiting)
        self._means.add(self._found, 1)
        self._levels.add(self.levels)
        self._levels.add(self.facts)
        self._levels.hug()
        side.setSpacing(theme.tokens.size.gap)
        side.addWidget(self._means, 1)
        side.addWidget(self._levels)
        left = QWidget()
        left.setFixedWidth(LEFT_PX)
        side.setContentsMargins(0, 0, 0, 0)
        left.setLayout(side)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(left)
        row.addWidget(self.panel, 1)
        self.views = QStackedWidget()
        for view in (content, self.empty):
            self.views.addWidget(view)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.views)

    def _connect(self) -> None:
        self.session.dataset_changed.connect(self._on_dataset)
        self.session.jobs.job_changed.connect(self._on_job)
        self.progress.cancelled.connect(self._on_cancel)
        self.again.clicked.connect(self._begin)
        self.panel.chosen.connect(self.chosen)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_dataset()

    def _on_dataset(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            self.views.setCurrentWidget(self.empty)
        elif dataset is not self._seen and self.isVisible():
            self.views.setCurrentIndex(0)
            self._begin()
            self.panel.begin()

    def _begin(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            return
        self._stop()
        self._seen = dataset

        def work(ctx: JobContext) -> "DataCard":
            from cnnstudio.data.card import data_card

            return data_card(dataset, ctx)

        self._show_state(is_busy=True)
        self._job = self.session.jobs.start(
            "Looking at the pictures", "io", work, on_done=self._show, on_error=self._fail, on_cancelled=self._forget
        )

    def _show(self, card: "DataCard") -> None:
        dataset, self._job = self._seen, None
        if dataset is None:
            return
        self._show_means(dataset, card)
        self.levels.set_levels(card.levels)
        self.facts.set_text(facts_text(dataset, card))
        self._show_state()

    def _show_state(self, *, is_busy: bool = False, problem: str = "") -> None:
        """Busy, or a problem with the way out of it, or what was found."""
        self.progress.setVisible(is_busy)
        self.problem.set_text(problem)
        for widget in (self.problem, self.again):
            widget.setVisible(bool(problem))
        self._levels.setVisible(not is_busy and not problem)
        self._found.setCurrentIndex(int(is_busy or bool(problem)))

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

    def _fail(self, error: StudioError) -> None:
        self._job = None
        self._show_state(problem=str(error))

    def _forget(self) -> None:
        if self._job is None:
            self._show_state(problem="It was stopped before all pictures were looked at.")

    def _stop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _on_cancel(self) -> None:
        self._stop()
        self._forget()

    def _on_job(self, job: Job) -> None:
        if job is self._job:
            self.progress.set_progress(job.progress)


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
    parts.append(f"{100 * black:.1f} % of the values are 0, {100 * full:.1f} % are 255.")
    return " ".join(parts)
