"""Trainings that wait, the next one first: to move, to take out, to try again."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button, IconButton
from cnnstudio.gui.widgets.labels import ElidedLabel, Label

NOTHING = "Nothing waits. While a training runs, Add to queue on the pages Train and Runs lets another one wait for it."


@dataclass(frozen=True)
class Waiting:
    """One that waits: its id, its name, what it is, and why it couldn't be begun."""

    id: str
    name: str
    about: str
    problem: str = ""


class QueueList(QWidget):
    """Reports what is wanted by the id of the item; knows no queue."""

    moved = Signal(str, int)
    removed = Signal(str)
    tried_again = Signal(str)
    go_on_wanted = Signal()
    hold_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.note = Label(NOTHING, "muted", wrap=True)
        self.go_on_button = Button("Start the queue", "Train what waits, one after the other.", icon="play")
        self.hold_button = Button("Hold", "Begin no further training by itself; what runs goes on.", icon="pause")
        self.rows: list[QueueRow] = []
        self._items: tuple[Waiting, ...] = ()
        holder = QWidget()
        set_role(holder, "plain")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.tokens.size.grid)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder)
        head = QHBoxLayout()
        head.addWidget(self.note, 1)
        head.addWidget(self.go_on_button)
        head.addWidget(self.hold_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(head)
        box.addWidget(area, 1)
        self.go_on_button.clicked.connect(self.go_on_wanted)
        self.hold_button.clicked.connect(self.hold_wanted)
        self.set_items((), "")

    def set_items(self, items: Sequence[Waiting], why_held: str) -> None:
        """Show what waits; `why_held` says why nothing begins by itself, or nothing."""
        if tuple(items) != self._items:
            self._show(tuple(items))
        text = f"{why_held} The queue is held until you start it." if why_held else "They begin one after the other."
        self.note.set_text(text if items else NOTHING)
        self.go_on_button.setVisible(bool(items and why_held))
        self.hold_button.setVisible(bool(items and not why_held))

    def _show(self, items: tuple[Waiting, ...]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self._items, self.rows = items, []
        for place, item in enumerate(items):
            row = QueueRow(item, place, len(items))
            row.moved.connect(self.moved)
            row.removed.connect(self.removed)
            row.tried_again.connect(self.tried_again)
            self.rows.append(row)
            self._column.insertWidget(place, row)


class QueueRow(QFrame):
    """One waiting training with its buttons."""

    moved = Signal(str, int)
    removed = Signal(str)
    tried_again = Signal(str)

    def __init__(self, item: Waiting, place: int, count: int) -> None:
        super().__init__()
        set_role(self, "well")
        self._id = item.id
        self.setAccessibleName(f"{place + 1}. {item.name}, {item.about}")
        self.up = IconButton("arrow-up", "Let it begin earlier.", f"Move {item.name} up")
        self.down = IconButton("arrow-down", "Let it begin later.", f"Move {item.name} down")
        self.remove = IconButton("close", "Take it out of the queue; this can be undone.", f"Remove {item.name}")
        self.again = Button("Try again", "Let it begin when its turn comes.", role="link")
        self.up.set_enabled(place > 0, "It is the next one already.")
        self.down.set_enabled(place < count - 1, "It is the last one already.")
        self.again.setVisible(bool(item.problem))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 4, 2)
        row.setSpacing(2 * theme.tokens.size.grid)
        row.addWidget(Label(f"{place + 1}", "muted"))
        row.addWidget(ElidedLabel(item.name, ""), 1)
        row.addWidget(ElidedLabel(item.problem or item.about, "bad" if item.problem else "small"), 2)
        for button in (self.again, self.up, self.down, self.remove):
            row.addWidget(button)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.remove.clicked.connect(self._on_remove)
        self.again.clicked.connect(self._on_again)

    def _on_up(self) -> None:
        self.moved.emit(self._id, -1)

    def _on_down(self) -> None:
        self.moved.emit(self._id, 1)

    def _on_remove(self) -> None:
        self.removed.emit(self._id)

    def _on_again(self) -> None:
        self.tried_again.emit(self._id)
