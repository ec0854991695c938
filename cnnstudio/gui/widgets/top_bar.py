"""The bar at the top: the project, the way of the data (data, network, run) as chips, and the search for commands."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import IconButton
from cnnstudio.gui.widgets.labels import ElidedLabel
from cnnstudio.gui.widgets.tabs import Chip

MAX_CHIP_LETTERS = 34
# Below this width the way of the data needs the room that the long words take.
NARROW_PX = 1_080


@dataclass(frozen=True)
class Station:
    """One chip of the way: its page, what it says, its tooltip."""

    key: str
    text: str
    tooltip: str


class TopBar(QFrame):
    """`page_chosen` brings the page of a chip; `menu_requested` and `search_requested` open those."""

    page_chosen = Signal(str)
    menu_requested = Signal()
    search_requested = Signal()

    def __init__(self, search_shortcut: str) -> None:
        super().__init__()
        set_role(self, "top")
        self.setFixedHeight(theme.tokens.size.top)
        self.menu_button = IconButton("menu", "Menu: projects, editing, training, view, help.", "Menu")
        self.menu_button.clicked.connect(self.menu_requested)
        self._name = ElidedLabel("CNN Studio", "title")
        self._name.setMinimumWidth(40)
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._chips: list[Chip] = []
        self._arrows: list[QLabel] = []
        self._search_texts = (f"Search or run a command   {search_shortcut}", f"Search   {search_shortcut}")
        self.search_button = Chip(self._search_texts[0], "Find anything that can be done.")
        self.search_button.clicked.connect(self.search_requested)
        self._way = QHBoxLayout()
        self._way.setSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, theme.tokens.size.page, 0)
        row.setSpacing(8)
        row.addWidget(self.menu_button)
        row.addWidget(self._name)
        row.addSpacing(8)
        row.addLayout(self._way)
        row.addStretch(1)
        row.addWidget(self.search_button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.search_button.setText(self._search_texts[self.width() < NARROW_PX])

    def set_name(self, name: str) -> None:
        """Show the project's name."""
        self._name.set_text(name)

    def set_way(self, stations: list[Station], current: str) -> None:
        """Show the chips; the one whose page is open is filled."""
        while len(self._chips) < len(stations):
            self._add_chip()
        for place, chip in enumerate(self._chips):
            chip.setVisible(place < len(stations))
            if place > 0:
                self._arrows[place - 1].setVisible(place < len(stations))
        for chip, station in zip(self._chips, stations, strict=False):
            chip.setProperty("key", station.key)
            chip.setText(shortened(station.text))
            chip.setToolTip(station.tooltip)
            chip.setAccessibleName(station.text)
            chip.setChecked(station.key == current)

    def chips(self) -> list[Chip]:
        """The chips of the way."""
        return [chip for chip in self._chips if not chip.isHidden()]

    def _add_chip(self) -> None:
        if self._chips:
            arrow = QLabel("→")
            set_role(arrow, "muted")
            self._way.addWidget(arrow)
            self._arrows.append(arrow)
        chip = Chip("", "Go to this page.", checkable=True)
        chip.clicked.connect(self._on_chip)
        self._way.addWidget(chip, 0, Qt.AlignmentFlag.AlignVCenter)
        self._chips.append(chip)

    def _on_chip(self) -> None:
        chip = self.sender()
        assert isinstance(chip, Chip)
        chip.setChecked(True)
        self.page_chosen.emit(str(chip.property("key")))


def shortened(text: str, limit: int = MAX_CHIP_LETTERS) -> str:
    """The text with its middle left out if it is too long for a chip."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 2]}…{text[-(limit // 2 - 1) :]}"
