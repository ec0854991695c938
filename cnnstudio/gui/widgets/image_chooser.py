"""Which picture to look at: those of the data, or the user's own."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.field_rows import KeyedCombo
from cnnstudio.gui.widgets.gallery import Gallery
from cnnstudio.gui.widgets.gallery_model import GalleryItems
from cnnstudio.gui.widgets.labels import Label

ZOOM_PX = 40


class ImageChooser(Card):
    """Thumbnails of one source at a time; `picked` brings a picture's number, `source_chosen` the source's key."""

    picked = Signal(int)
    source_chosen = Signal(object)
    open_requested = Signal()
    paste_requested = Signal()

    def __init__(self, sources: Sequence[tuple[str, str]]) -> None:
        super().__init__("Images", "↑ ↓")
        self._numbers: Sequence[int] = ()
        self.sources = KeyedCombo(sources)
        self.sources.setToolTip("Where the images come from: a part of the data, or your own pictures.")
        self.sources.setAccessibleName("Source of the images")
        self.sources.setFixedWidth(112)
        self.sources.picked.connect(self.source_chosen)
        self.add_to_header(self.sources)
        self.gallery = Gallery("Images to look at", "Choose the picture to look at; Ctrl and the wheel zoom.")
        self.gallery.set_captions_shown(False)
        self.gallery.set_zoom(ZOOM_PX)
        self.gallery.chosen.connect(self.picked)
        self._nothing = Label("", "small", wrap=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.gallery)
        self._stack.addWidget(self._nothing)
        self._stack.setMinimumHeight(96)
        self.add(self._stack, 1)
        self.add(self._own_buttons())

    def set_items(self, items: GalleryItems, nothing: str) -> None:
        """Show these pictures, or say why there are none."""
        self._numbers = items.numbers
        self.gallery.set_items(items)
        self._nothing.set_text(nothing)
        self._stack.setCurrentWidget(self.gallery if len(items.numbers) else self._nothing)

    def choose(self, number: int) -> None:
        """Choose a picture; tells if it is another one."""
        self.gallery.choose(number)

    def step(self, by: int) -> None:
        """Choose the picture that many places further on."""
        numbers = list(self._numbers)
        if numbers:
            here = numbers.index(self.gallery.current()) if self.gallery.current() in numbers else -by
            self.gallery.choose(numbers[min(max(here + by, 0), len(numbers) - 1)])

    def _own_buttons(self) -> QWidget:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * theme.tokens.size.grid)
        opener = Button("Open…", "Look at pictures of your own (PNG, JPEG, …).", icon="folder-open-outline")
        paste = Button("Paste", "Look at the picture on the clipboard (Ctrl+V).", icon="content-paste")
        opener.clicked.connect(self.open_requested)
        paste.clicked.connect(self.paste_requested)
        box.addWidget(opener)
        box.addWidget(paste)
        box.addStretch(1)
        return row
