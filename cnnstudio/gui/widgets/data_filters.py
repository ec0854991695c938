"""Which pictures of a dataset are shown, and in which order: class, part, problem, text, sorting."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cnnstudio.data.dataset import EXCLUDED, SPLITS, Dataset, printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.drop_down import DropDown
from cnnstudio.gui.widgets.tabs import Chips

SPLIT_TITLES = {"train": "Training", "val": "Validation", "test": "Test"}
SEARCH_MS = 150
ALL, LEFT_OUT = "all", "left_out"
SORTS = (
    ("order", "In order"),
    ("class", "By class"),
    ("name", "By name"),
    ("large", "Largest first"),
    ("small", "Smallest first"),
    ("dark", "Darkest first"),
    ("like", "Most like the chosen one"),
)


class DataFilters(QWidget):
    """Rows of controls; `changed` tells that other pictures are to be shown, `class_chosen` which class (−1: all)."""

    changed = Signal()
    class_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._dataset: Dataset | None = None
        self._only: np.ndarray | None = None
        self.classes = _combo("Class", "Show the pictures of one class only.")
        self.sort = _combo("Order", "In which order the pictures are shown.")
        for key, title in SORTS:
            self.sort.addItem(title, key)
        parts = [(key, title, f"Show the {title.lower()} pictures only.") for key, title in SPLIT_TITLES.items()]
        out = (LEFT_OUT, "Left out", "Show the pictures that you left out.")
        self.parts = Chips([(ALL, "All", "Show the pictures of all parts."), *parts, out], "Part")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Name")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Name contains")
        self.search.setToolTip("Show pictures whose name contains this.")
        self.only = Button("", "Show all pictures again, not only those of this finding.", role="chip", icon="close")
        self.only.setVisible(False)
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * theme.tokens.size.grid)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.classes)
        first.addWidget(self.search, 1)
        first.addWidget(self.sort)
        second.addWidget(self.parts, 1)
        second.addWidget(self.only)
        box.addLayout(first)
        box.addLayout(second)

    def _connect(self) -> None:
        self.classes.activated.connect(self._on_class)
        self.sort.activated.connect(self._on_changed)
        self.parts.chosen.connect(self._on_changed)
        self.search.textChanged.connect(self._timer.start)
        self._timer.timeout.connect(self.changed)
        self.only.clicked.connect(self._on_all_again)

    def set_dataset(self, dataset: Dataset) -> None:
        """Choose among these pictures; filters stay where they still make sense."""
        chosen = self.classes.currentText()
        is_other = self._dataset is None or self._dataset.names is not dataset.names
        self._dataset = dataset
        if is_other:
            self.__dict__.pop("_names", None)
            self.set_only(None)
        self.classes.blockSignals(True)
        self.classes.clear()
        self.classes.addItem("All classes")
        self.classes.addItems([printable(name) for name in dataset.classes])
        self.classes.setCurrentIndex(max(0, self.classes.findText(chosen)))
        self.classes.blockSignals(False)

    def set_class(self, number: int) -> None:
        """Filter by a class without telling; −1 shows all."""
        self.classes.setCurrentIndex(number + 1)

    def set_only(self, places: Sequence[int] | None, title: str = "") -> None:
        """Show some pictures only, without telling; None shows all."""
        self._only = None if places is None else np.unique(np.asarray(places, np.int64))
        self.only.setText(title)
        self.only.setAccessibleName(f"Show all pictures, not only: {title}")
        self.only.setVisible(places is not None)

    def clear(self) -> None:
        """Show all pictures, without telling."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.parts.set_current(ALL)
        self.set_only(None)
        self.set_class(-1)

    def shown(self, chosen: int = -1) -> np.ndarray:
        """Numbers of the pictures that pass, in their order; `chosen` is the one that likeness is measured to."""
        dataset = self._dataset
        if dataset is None:
            return np.arange(0)
        fits = np.ones(len(dataset), bool)
        if self._only is not None:
            fits[:] = False
            fits[self._only] = True
        if self.classes.currentIndex() > 0:
            fits &= dataset.labels == self.classes.currentIndex() - 1
        part = self.parts.current()
        if part != ALL:
            fits &= dataset.splits == (EXCLUDED if part == LEFT_OUT else SPLITS.index(part))
        wanted = self.search.text().casefold().strip()
        if wanted:
            fits &= self._names.having(wanted)
        return self._sorted(dataset, np.flatnonzero(fits), chosen)

    @cached_property
    def _names(self) -> "_Names":
        assert self._dataset is not None
        return _Names(self._dataset.names)

    def _sorted(self, dataset: Dataset, numbers: np.ndarray, chosen: int) -> np.ndarray:
        key, raw = str(self.sort.currentData()), dataset.raw
        if key == "class":
            return numbers[np.argsort(dataset.labels[numbers], kind="stable")]
        if key == "name":
            return numbers[np.argsort(np.array(dataset.names, object)[numbers], kind="stable")]
        if key in ("large", "small") and raw is not None and raw.manifest is not None:
            areas = raw.manifest.sizes[raw.manifest.readable].astype(np.int64).prod(axis=1)[numbers]
            return numbers[np.argsort(-areas if key == "large" else areas, kind="stable")]
        if raw is None or raw.prints is None or key not in ("dark", "like"):
            return numbers
        prints = raw.prints.astype(np.int16)
        if key == "dark":
            return numbers[np.argsort(prints[numbers].sum(axis=1), kind="stable")]
        if chosen < 0:
            return numbers
        return numbers[np.argsort(np.abs(prints[numbers] - prints[chosen]).sum(axis=1), kind="stable")]

    def _on_changed(self) -> None:
        self.changed.emit()

    def _on_all_again(self) -> None:
        self.set_only(None)
        self.changed.emit()

    def _on_class(self, index: int) -> None:
        self.changed.emit()
        self.class_chosen.emit(index - 1)


class _Names:
    """All names as one text: 100,000 of them are searched in some milliseconds."""

    def __init__(self, names: Sequence[str]) -> None:
        lowered = [name.casefold() for name in names]
        self._text = "\0".join(lowered)
        # One sign lies between two names.
        self._starts = np.cumsum([0, *(len(name) + 1 for name in lowered)])[:-1]

    def having(self, wanted: str) -> np.ndarray:
        """For each name: does it contain this?"""
        found, place = np.zeros(len(self._starts), bool), self._text.find(wanted)
        while place >= 0:
            at = int(np.searchsorted(self._starts, place, "right")) - 1
            found[at] = True
            if at + 1 == len(self._starts):
                break
            # On from the next name: each is asked once.
            place = self._text.find(wanted, int(self._starts[at + 1]))
        return found


def _combo(name: str, tooltip: str) -> QComboBox:
    combo = DropDown()
    combo.setAccessibleName(name)
    combo.setToolTip(tooltip)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(7)
    return combo
