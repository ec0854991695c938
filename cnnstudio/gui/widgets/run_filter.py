"""Which runs are shown: words, a state, a tag."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from cnnstudio.data.words import printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.drop_down import DropDown

TYPED_MS, SEARCH_PX = 120, 180
ANY = ""


class RunFilter(QWidget):
    """`changed` tells that text, state or tag were changed."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Contains…")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Filter the runs")
        self.search.setToolTip("Show only runs that contain all of these words, in any order.")
        self.search.setMinimumWidth(SEARCH_PX)
        self.states = _choice("State", "Show only runs in this state.", "All states")
        self.tags = _choice("Tag", "Show only runs with this tag.", "All tags")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.tokens.size.grid)
        row.addWidget(self.search, 1)
        row.addWidget(self.states)
        row.addWidget(self.tags)
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._timer.timeout.connect(self.changed)
        self.search.textChanged.connect(self._on_typed)
        self.states.activated.connect(self._on_chosen)
        self.tags.activated.connect(self._on_chosen)

    def set_options(self, states: Sequence[str], tags: Sequence[str]) -> None:
        """Offer these states and tags; a choice stays while it is among them."""
        is_gone = _offer(self.states, states) | _offer(self.tags, tags)
        self.tags.setVisible(bool(tags))
        if is_gone:
            self.changed.emit()

    def text(self) -> str:
        """The words that are looked for."""
        return self.search.text()

    def state(self) -> str:
        """The state, or "" for any."""
        return str(self.states.currentData() or ANY)

    def tag(self) -> str:
        """The tag, or "" for any."""
        return str(self.tags.currentData() or ANY)

    def clear(self) -> None:
        """Show all runs again."""
        self.search.clear()
        self.states.setCurrentIndex(0)
        self.tags.setCurrentIndex(0)
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        self._timer.start()

    def _on_chosen(self, place: int) -> None:
        self.changed.emit()


def _choice(name: str, tooltip: str, any_text: str) -> QComboBox:
    box = DropDown()
    box.setAccessibleName(name)
    box.setToolTip(tooltip)
    box.addItem(any_text, ANY)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(9)
    return box


def _offer(box: QComboBox, values: Sequence[str]) -> bool:
    """Put these values behind the first entry; True if what was chosen is no more."""
    if [box.itemData(i) for i in range(1, box.count())] == list(values):
        return False
    chosen = box.currentData()
    while box.count() > 1:
        box.removeItem(1)
    for value in values:
        box.addItem(printable(value[:1].upper() + value[1:]), value)
    place = box.findData(chosen)
    box.setCurrentIndex(max(0, place))
    return place < 0
