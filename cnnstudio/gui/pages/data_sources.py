"""The left column of the page Data: where the pictures come from, its settings, and the way on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.data.class_files import ClassFilesSource
from cnnstudio.data.spec import SourceSpec
from cnnstudio.data.words import printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.drop_zone import DropZone
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import ElidedLabel, Label
from cnnstudio.gui.widgets.option_cards import Option, OptionCards
from cnnstudio.gui.widgets.side_column import SideColumn

if TYPE_CHECKING:
    from cnnstudio.data.sources.known import KnownSource

OWN, KNOWN = "own", "known"
OPTIONS = (
    Option(
        "digits", "Handwritten digits", "1,797 real digits, 8 × 8, grey.", "Digits of 43 people; nothing to download."
    ),
    Option(
        "shapes",
        "Shapes",
        "Generated colour scenes with known masks.",
        "A shape among distractors on a textured ground.",
    ),
    Option(
        KNOWN,
        "A well-known set",
        "MNIST, CIFAR-10, Flowers-102 and eight more.",
        "Choose one of eleven published sets; it is downloaded on your click only.",
    ),
    Option(
        OWN,
        "My own images",
        "A folder, an archive, or files of arrays.",
        "Choose a folder of images on this machine; below, also a zip or tar archive or a file.",
    ),
)
# What is said of a source below its card, and which of its settings are offered; by kind, then by the classes' place.
WORDS = {
    "folder": "Folder of images",
    "archive": "Archive, unpacked into the cache",
    "idx": "IDX files, as MNIST has them",
    "cifar": "Binary files of CIFAR",
    "npz": "Arrays in an NPZ file",
}
FIELDS = {
    "shapes": ("per_class", "side", "seed"),
    "folders": ("classes_from", "accept_problems"),
    "names": ("classes_from", "pattern", "accept_problems"),
    "table": ("classes_from", "table", "name_column", "class_column", "split_column", "accept_problems"),
    "idx": ("is_transposed", "class_names"),
    "several": ("family", "is_transposed", "class_names"),
    "cifar": ("labels",),
    "npz": ("class_names",),
}
TEXTS: dict[str, Mapping[Any, str]] = {
    "classes_from": {"folders": "Folders", "names": "File names", "table": "A table"},
    "labels": {"fine": "All classes", "coarse": "Twenty groups"},
}

Fields = tuple[tuple[str, ...], Mapping[str, Mapping[Any, str]]]


class SourcePanel(QWidget):
    """Where the pictures come from, and the main action of the page."""

    chosen = Signal(str)
    choose_folder = Signal()
    choose_file = Signal()
    dropped = Signal(list)
    source_changed = Signal(object)
    go_on = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cards = OptionCards(OPTIONS, "Source")
        self.cards.chosen.connect(self.chosen)
        self._kind, self._place = Label("", "small", wrap=True), ElidedLabel("", "small")
        self._forms: dict[str, Form] = {}
        self._fields: dict[str, Fields] = {key: (names, TEXTS) for key, names in FIELDS.items()}
        self.settings = Form()
        self.zone = DropZone(
            "Drop a folder, an archive or a file here",
            "Folder…",
            "Choose a folder of images; the class may stand in subfolders, in the names, or in a table.",
        )
        self.zone.add_choice("File…", "Choose a zip or tar archive, or an IDX, CIFAR, NPZ or CSV file.")
        self.zone.dropped.connect(self.dropped)
        self.zone.choose.connect(self.choose_folder)
        self.zone.choose_other.connect(self.choose_file)
        self.main_button = Button("Choose a network", "Go on to the page Network.", role="main", icon="arrow-right")
        self.main_button.clicked.connect(self.go_on)
        self._card = Card("Source")
        for widget in (self.cards, self._kind, self._place):
            self._card.add(widget)
        self._card.hug()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(SideColumn([self._card, self.zone], None), 1)
        box.addWidget(self.main_button)

    def set_source(self, source: SourceSpec | None) -> None:
        """Show which source is used, with its settings."""
        self.cards.set_current(_card_of(source))
        name = getattr(source, "title", "") if source is not None and source.kind == KNOWN else ""
        kind, place = "" if source is None else WORDS.get(source.kind, name), str(getattr(source, "path", ""))
        self._kind.set_text(kind)
        self._kind.setVisible(bool(kind))
        self._place.set_text(printable(place))
        self._place.setVisible(bool(place))
        self._show_settings(source)

    def set_ready(self, is_ready: bool) -> None:
        """Let the user go on once the data is open."""
        self.main_button.set_enabled(is_ready, "The data is not open yet.")

    def _learn(self, key: str, source: SourceSpec | None) -> SourceSpec:
        """Get to know what a well-known set can be set to."""
        from cnnstudio.data.sources.known import KnownSource

        assert isinstance(source, KnownSource)
        shown, self._fields[key] = known_form(source)
        return shown

    def _show_settings(self, source: SourceSpec | None) -> None:
        key = _form_of(source)
        if key.startswith(f"{KNOWN}:"):
            source = self._learn(key, source)
        for other, form in self._forms.items():
            form.setVisible(other == key)
        if key not in self._fields:
            return
        if key not in self._forms:
            form = self._forms[key] = Form(*self._fields[key])
            form.changed.connect(self.source_changed)
            self._card.add(form)
        self.settings = self._forms[key]
        self.settings.set_spec(source)
        self.settings.show()


def known_form(source: "KnownSource") -> "tuple[KnownSource, Fields]":
    """What of a well-known set can be set, and the source with a version that there is."""
    from cnnstudio.data.known import KNOWN as SETS

    known = SETS.get(source.name)
    if known is None:
        return source, ((), {})
    shown = source if source.variant in known.variants or not known.variants else source.replace(variant="")
    return shown, ((*known.settings, "folder"), {"variant": known.variants})


def _form_of(source: SourceSpec | None) -> str:
    """Which form a source is set with."""
    if source is not None and source.kind == KNOWN:
        return f"{KNOWN}:{getattr(source, 'name', '')}"
    if isinstance(source, ClassFilesSource):
        return source.classes_from
    if getattr(source, "family", ""):
        return "several"
    return "" if source is None else source.kind


def _card_of(source: SourceSpec | None) -> str:
    if source is None:
        return ""
    return OWN if source.kind in WORDS else source.kind
