"""The pictures of a dataset: filtered, sorted, chosen, put into other classes, left out."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider

from cnnstudio.data.dataset import EXCLUDED, SPLITS, Dataset, printable
from cnnstudio.data.words import counted
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.data_filters import SPLIT_TITLES, DataFilters
from cnnstudio.gui.widgets.gallery import MAX_ZOOM_PX, MIN_ZOOM_PX, Gallery
from cnnstudio.gui.widgets.gallery_model import Badge, GalleryItems
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.pixels import Pixels

SPLIT_ROLES = {"train": "series.0", "val": "series.1", "test": "series.2"}
KEYS = {Qt.Key(Qt.Key.Key_1 + number): number for number in range(9)}
# A menu of more would not fit the screen; the number keys and the search field are quicker then anyhow.
MENU_CLASSES = 30
HELP = (
    "Arrow keys walk, Shift and Ctrl choose several; 1 to 9 put them into that class, Del leaves them out or takes "
    "them back in; + and − or Ctrl and the wheel zoom."
)

TIP = "1 to 9 put the chosen pictures into a class, Del leaves them out."


class DataBrowser(Card):
    """A gallery with filters. The browser edits nothing: it asks, and is given the edited dataset.

    Signals:
        class_chosen: Which class is filtered by; −1 for all of them.
        relabel_wanted: Numbers of pictures, and the class to put them into.
        leave_out_wanted: Numbers of pictures, and whether to leave them out or take them back in.
    """

    class_chosen = Signal(int)
    relabel_wanted = Signal(object, int)
    leave_out_wanted = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__("Pictures")
        self._dataset: Dataset | None = None
        self._picture: Callable[[int], Pixels | None] = no_picture
        self.filters = DataFilters()
        self.gallery = Gallery("Pictures", HELP, several=True)
        self.gallery.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.zoom = QSlider(Qt.Orientation.Horizontal)
        self.zoom.setRange(MIN_ZOOM_PX, MAX_ZOOM_PX)
        self.zoom.setValue(self.gallery.zoom())
        self.zoom.setFixedWidth(110)
        self.zoom.setAccessibleName("Size of the pictures")
        self.zoom.setToolTip(f"Size of the pictures, {MIN_ZOOM_PX} to {MAX_ZOOM_PX} px.")
        self.about = Label("", "small", wrap=True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.add(self.filters)
        self.add(self.gallery, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.about, 1)
        foot.addWidget(self.zoom)
        self.add(foot)

    def _connect(self) -> None:
        self.filters.changed.connect(self._filter)
        self.filters.class_chosen.connect(self.class_chosen)
        self.zoom.valueChanged.connect(self.gallery.set_zoom)
        self.gallery.zoomed.connect(self.zoom.setValue)
        self.gallery.chosen.connect(self._on_picture)
        self.gallery.key_pressed.connect(self._on_key)
        self.gallery.customContextMenuRequested.connect(self._open_menu)

    def set_dataset(self, dataset: Dataset, picture: Callable[[int], Pixels | None] | None = None) -> None:
        """Show the pictures of a dataset; filters stay where they still make sense.

        Args:
            dataset: Whose they are.
            picture: Gives a small one by its number, None while it isn't there; the dataset itself if left out.
        """
        self._picture = picture or dataset.thumbnail
        is_same = self._dataset is not None and self._dataset.pixels is dataset.pixels
        self._dataset = dataset
        self.filters.set_dataset(dataset)
        self._filter(keep=is_same)

    def set_class(self, number: int) -> None:
        """Filter by a class without telling; −1 shows all."""
        self.filters.set_class(number)
        self._filter()

    def show_only(self, places: Sequence[int], title: str) -> None:
        """Show the pictures of a finding."""
        self.filters.clear()
        self.class_chosen.emit(-1)
        self.filters.set_only(places, title)
        self._filter()

    def show_name(self, name: str) -> bool:
        """Go to a picture by its name; False if there is none of that name."""
        assert self._dataset is not None
        if name not in self._dataset.names:
            return False
        self.filters.clear()
        self.class_chosen.emit(-1)
        self._filter()
        self.gallery.choose(self._dataset.names.index(name))
        return True

    def shown(self) -> np.ndarray:
        """Numbers of the pictures that pass the filters."""
        return self.filters.shown(self.gallery.current())

    def _filter(self, keep: bool = True) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        numbers = self.shown()
        items = GalleryItems(numbers.tolist(), self._picture, self._caption, self._badge, self._tooltip)
        self.gallery.set_items(items, keep_pixmaps=keep)
        total = len(dataset)
        self.set_note(f"{len(numbers):,} of {total:,}" if len(numbers) < total else f"{total:,}")
        self.about.set_text(TIP if len(numbers) else "No picture passes these filters.")

    def _caption(self, number: int) -> str:
        assert self._dataset is not None
        return printable(self._dataset.classes[int(self._dataset.labels[number])])

    def _badge(self, number: int) -> Badge | None:
        dataset = self._dataset
        assert dataset is not None
        split = int(dataset.splits[number])
        if split == EXCLUDED:
            return Badge("left out", "bad", is_faded=True)
        if dataset.raw is not None and dataset.raw.labels[number] != dataset.labels[number]:
            return Badge(f"was {printable(dataset.classes[int(dataset.raw.labels[number])])}", "warn")
        return None if SPLITS[split] == "train" else Badge(SPLITS[split], SPLIT_ROLES[SPLITS[split]])

    def _tooltip(self, number: int) -> str:
        dataset = self._dataset
        assert dataset is not None
        split = int(dataset.splits[number])
        part = "left out" if split == EXCLUDED else SPLIT_TITLES[SPLITS[split]].lower()
        return f"{printable(dataset.names[number])} · class {self._caption(number)} · {part}"

    def _on_picture(self, number: int) -> None:
        several = self.gallery.selected()
        more = f" · {counted(len(several), 'picture')} chosen" if len(several) > 1 else ""
        self.about.set_text(self._tooltip(number) + more)

    # Edits ------------------------------------------------------------------------------------------------------

    def _on_key(self, event: QKeyEvent) -> None:
        dataset = self._dataset
        key = Qt.Key(event.key())
        if dataset is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._leave_out()
        elif KEYS.get(key, len(dataset.classes)) < len(dataset.classes):
            self._relabel(KEYS[key])
        else:
            return
        event.accept()

    def _relabel(self, label: int) -> None:
        numbers = self.gallery.selected()
        if numbers:
            self.relabel_wanted.emit(numbers, label)

    def _leave_out(self) -> None:
        numbers = self.gallery.selected()
        if self._dataset is not None and numbers:
            # What is out already goes back in, if all of them are.
            self.leave_out_wanted.emit(numbers, bool((self._dataset.splits[numbers] != EXCLUDED).any()))

    def _open_menu(self, place: QPoint) -> None:
        if self._dataset is None or not self.gallery.selected():
            return
        menu = self.make_menu()
        menu.exec(self.gallery.viewport().mapToGlobal(place))
        menu.deleteLater()

    def make_menu(self) -> QMenu:
        """What can be done with the chosen pictures."""
        dataset, numbers = self._dataset, self.gallery.selected()
        assert dataset is not None
        menu = QMenu(self)
        what = "this picture" if len(numbers) == 1 else f"these {len(numbers):,} pictures"
        is_out = bool((dataset.splits[numbers] == EXCLUDED).all())
        leave = QAction(f"Take {what} back in" if is_out else f"Leave {what} out", menu)
        leave.setShortcut(Qt.Key.Key_Delete)
        leave.triggered.connect(self._leave_out)
        menu.addAction(leave)
        classes = menu.addMenu(f"Put {what} into")
        for label, name in enumerate(dataset.classes[:MENU_CLASSES]):
            action = QAction(plain_entry(name), menu)
            action.setData(label)
            if label < len(KEYS):
                action.setShortcut(Qt.Key(Qt.Key.Key_1 + label))
            action.triggered.connect(self._on_class_action)
            classes.addAction(action)
        return menu

    def _on_class_action(self) -> None:
        sender = self.sender()
        assert isinstance(sender, QAction)
        self._relabel(int(sender.data()))


def no_picture(number: int) -> None:
    """There is none yet."""


def plain_entry(name: str) -> str:
    """A class's name in a menu: an ampersand there would underline what follows."""
    return printable(name).replace("&", "&&")
