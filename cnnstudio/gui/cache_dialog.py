"""The dialog of the image cache: what it holds, how much it may take, and room made by hand."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.settings import Settings
from cnnstudio.data.cache_contents import CacheContents, CachedSet
from cnnstudio.data.words import counted, printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.progress_bar import ProgressBar
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.times import bytes_text, day_text

SIZE, FORM_PX = (780, 520), 300
TEXT = (
    "Decoded pictures are kept here, so that a data set opens at once and trains without decoding. Your own files lie "
    "elsewhere and are never touched: what is removed here is read from them again when it is opened next."
)


def _count(value: int) -> str:
    return f"{value:,}" if value else "–"


def _side(value: int) -> str:
    return f"{value} px" if value else "no room"


def _moment(value: datetime) -> str:
    return day_text(value, datetime.now(UTC).astimezone())


COLUMNS = (
    Column("Data set", "Folder of the files that were decoded."),
    Column("Pictures", "Files that are known, those that can't be read included.", True, _count),
    Column("Pixels", "Width and height; without room for them the files are decoded anew in each epoch.", True, _side),
    Column("Takes", "Bytes on the disk.", True, bytes_text),
    Column("Last used", "What was used longest ago goes first when the room is spent.", False, _moment),
    Column("", "Whether it is open now; an open one stays."),
)


class CacheDialog(QDialog):
    """Signals: `settings_changed` brings Settings with another budget, `remove_wanted` a list of folders."""

    settings_changed = Signal(object)
    remove_wanted = Signal(list)

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Image cache")
        self.setAccessibleName("Image cache")
        self.resize(*SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._sets: tuple[CachedSet, ...] = ()
        self._open: Path | None = None
        self.budget = Form(("cache_gb",))
        self.budget.setFixedWidth(FORM_PX)
        self.bar = ProgressBar("Room taken", "How much of its budget the cache takes.")
        self.about = Label("Looking into the cache…", "small", wrap=True)
        self.place = Label("", "small", wrap=True)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = Table(COLUMNS, "Data sets in the cache", "Choose one with the arrow keys or the mouse.")
        self.remove_button = Button("Remove this set", "Delete its decoded pictures; your own files stay.")
        self.empty_button = Button("Empty the cache", "Delete all decoded pictures but the open ones; your files stay.")
        self.close_button = Button("Close", "Close (Esc).")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.page] * 4)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(Label("Image cache", "page-title"))
        box.addWidget(Label(TEXT, "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(2 * theme.tokens.size.gap)
        taken = QVBoxLayout()
        taken.addWidget(self.about)
        taken.addWidget(self.bar)
        row.addLayout(taken, 1)
        row.addWidget(self.budget)
        box.addLayout(row)
        box.addWidget(self.table, 1)
        box.addWidget(self.place)
        buttons = QHBoxLayout()
        for button in (self.remove_button, self.empty_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        box.addLayout(buttons)

    def _connect(self) -> None:
        self.budget.changed.connect(self.settings_changed)
        self.table.chosen.connect(self._show_buttons)
        self.remove_button.clicked.connect(self._on_remove)
        self.empty_button.clicked.connect(self._on_empty)
        self.close_button.clicked.connect(self.reject)

    def set_settings(self, settings: Settings) -> None:
        """Show the budget as it is set."""
        self.budget.set_spec(settings)

    def set_contents(self, contents: CacheContents, open_folder: Path | None) -> None:
        """Show what lies in the cache; `open_folder` is that of the open data."""
        self._sets, self._open = contents.sets, open_folder
        self.table.set_rows([self._cells(found) for found in contents.sets])
        self.table.choose(0)
        used, budget = contents.used_bytes, contents.budget_bytes
        self.about.set_text(
            f"{counted(len(contents.sets), 'data set')} {'takes' if len(contents.sets) == 1 else 'take'} "
            f"{bytes_text(used)} of {bytes_text(budget)}; the disk has {bytes_text(contents.free_bytes)} free."
        )
        self.bar.setRange(0, 1_000)
        self.bar.setValue(min(1_000, round(1_000 * used / budget)) if budget else 1_000 * bool(used))
        self.place.set_text(str(contents.place))
        self._show_buttons()

    def _cells(self, found: CachedSet) -> tuple[object, ...]:
        used = datetime.fromtimestamp(found.used_s, UTC).astimezone()
        name = printable(found.root) or "left unfinished"
        is_open = "open" if found.folder == self._open else ""
        return (name, found.pictures, found.side, found.size_bytes, used, is_open)

    def _show_buttons(self, row: int = 0) -> None:
        chosen = self._chosen()
        why = "There is nothing in the cache." if chosen is None else "It is open now: open other data first."
        self.remove_button.set_enabled(chosen is not None and chosen.folder != self._open, why)
        others = [found for found in self._sets if found.folder != self._open]
        self.empty_button.set_enabled(bool(others), "There is nothing in the cache but what is open.")

    def _chosen(self) -> CachedSet | None:
        row = self.table.current()
        return self._sets[row] if 0 <= row < len(self._sets) else None

    def _on_remove(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.remove_wanted.emit([chosen.folder])

    def _on_empty(self) -> None:
        self.remove_wanted.emit([found.folder for found in self._sets])
