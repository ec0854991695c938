"""The pictures of a dataset with their filters: class, part, text, and size on the screen."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSlider

from cnnstudio.data.dataset import SPLITS, Dataset, printable
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.gallery import MAX_ZOOM_PX, MIN_ZOOM_PX, Gallery
from cnnstudio.gui.widgets.gallery_model import Badge, GalleryItems
from cnnstudio.gui.widgets.labels import ElidedLabel
from cnnstudio.gui.widgets.tabs import Chips

SPLIT_TITLES = {"train": "Training", "val": "Validation", "test": "Test"}
SPLIT_ROLES = {"train": "series.0", "val": "series.1", "test": "series.2"}
SEARCH_MS = 150
ALL = "all"


class DataBrowser(Card):
    """A gallery with filters; `class_chosen` tells which class is filtered by (−1: all of them)."""

    class_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("Pictures")
        self._dataset: Dataset | None = None
        self._lowered: list[str] = []
        self.gallery = Gallery("Pictures", "Arrow keys walk, + and − or Ctrl and the wheel zoom.")
        self.classes = QComboBox()
        self.classes.setAccessibleName("Class")
        self.classes.setToolTip("Show the pictures of one class only.")
        self.classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.classes.setMinimumContentsLength(10)
        parts = [(key, title, f"Show the {title.lower()} pictures only.") for key, title in SPLIT_TITLES.items()]
        self.parts = Chips([(ALL, "All", "Show the pictures of all parts."), *parts], "Part")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Name contains…")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Name contains")
        self.search.setToolTip("Show pictures whose name contains this.")
        self.zoom = QSlider(Qt.Orientation.Horizontal)
        self.zoom.setRange(MIN_ZOOM_PX, MAX_ZOOM_PX)
        self.zoom.setValue(self.gallery.zoom())
        self.zoom.setFixedWidth(110)
        self.zoom.setAccessibleName("Size of the pictures")
        self.zoom.setToolTip(f"Size of the pictures, {MIN_ZOOM_PX} to {MAX_ZOOM_PX} px.")
        self._about = ElidedLabel("", "small")
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._lay_out()
        self._connect()

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the pictures of a dataset; filters stay where they still make sense."""
        chosen = self.classes.currentText()
        names = [printable(name) for name in dataset.classes]
        self._dataset = dataset
        self._lowered = [printable(name).casefold() for name in dataset.names]
        self.classes.blockSignals(True)
        self.classes.clear()
        self.classes.addItem("All classes")
        self.classes.addItems(names)
        self.classes.setCurrentIndex(max(0, self.classes.findText(chosen)))
        self.classes.blockSignals(False)
        self.gallery.set_items(GalleryItems((), dataset.thumbnail, self._caption))
        self._filter()

    def set_class(self, number: int) -> None:
        """Filter by a class without telling; −1 shows all."""
        self.classes.setCurrentIndex(number + 1)
        self._filter()

    def show_name(self, name: str) -> bool:
        """Go to a picture by its name; False if there is none of that name."""
        assert self._dataset is not None
        if name not in self._dataset.names:
            return False
        self._clear_filters()
        self.gallery.choose(self._dataset.names.index(name))
        return True

    def shown(self) -> np.ndarray:
        """Numbers of the pictures that pass the filters."""
        dataset = self._dataset
        if dataset is None:
            return np.arange(0)
        fits = np.ones(len(dataset), bool)
        if self.classes.currentIndex() > 0:
            fits &= dataset.labels == self.classes.currentIndex() - 1
        if self.parts.current() != ALL:
            fits &= dataset.splits == SPLITS.index(self.parts.current())
        wanted = self.search.text().casefold().strip()
        if wanted:
            fits &= np.fromiter((wanted in name for name in self._lowered), bool, len(dataset))
        return np.flatnonzero(fits)

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(8)
        filters.addWidget(self.classes)
        filters.addWidget(self.search, 1)
        self.add(filters)
        self.add(self.parts)
        self.add(self.gallery, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._about, 1)
        foot.addWidget(self.zoom)
        self.add(foot)

    def _connect(self) -> None:
        self.classes.activated.connect(self._on_class)
        self.parts.chosen.connect(self._filter)
        self.search.textChanged.connect(self._timer.start)
        self._timer.timeout.connect(self._filter)
        self.zoom.valueChanged.connect(self.gallery.set_zoom)
        self.gallery.zoomed.connect(self.zoom.setValue)
        self.gallery.chosen.connect(self._on_picture)

    def _filter(self) -> None:
        if self._dataset is None:
            return
        numbers: Sequence[int] = self.shown()  # type: ignore[assignment]  # an array of numbers is one
        dataset = self._dataset
        items = GalleryItems(numbers, dataset.thumbnail, self._caption, self._badge, self._tooltip)
        self.gallery.set_items(items, keep_pixmaps=True)
        total = len(dataset)
        self.set_note(f"{len(numbers):,} of {total:,}" if len(numbers) < total else f"{total:,}")
        self._about.set_text("" if len(numbers) else "No picture passes these filters.")

    def _clear_filters(self) -> None:
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.parts.set_current(ALL)
        self.set_class(-1)
        self.class_chosen.emit(-1)

    def _caption(self, number: int) -> str:
        assert self._dataset is not None
        return printable(self._dataset.classes[int(self._dataset.labels[number])])

    def _badge(self, number: int) -> Badge | None:
        assert self._dataset is not None
        split = SPLITS[int(self._dataset.splits[number])]
        return None if split == "train" else Badge(split, SPLIT_ROLES[split])

    def _tooltip(self, number: int) -> str:
        assert self._dataset is not None
        split = SPLIT_TITLES[SPLITS[int(self._dataset.splits[number])]].lower()
        return f"{printable(self._dataset.names[number])} · class {self._caption(number)} · {split}"

    def _on_class(self, index: int) -> None:
        self._filter()
        self.class_chosen.emit(index - 1)

    def _on_picture(self, number: int) -> None:
        self._about.set_text(self._tooltip(number))
