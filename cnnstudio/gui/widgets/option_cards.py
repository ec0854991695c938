"""Cards to choose one of: a radio button's dot, a title, and a sentence that may wrap."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.tabs import STEPS
from cnnstudio.gui.widgets.tile_button import WRAPPED, SurfaceButton

PADDING_PX, DOT_PX, TEXT_LEFT_PX = 10, 16, 36
# The hint is for this width; a column that is narrower asks for the height by itself, and must not get more than that.
USUAL_PX = 252


@dataclass(frozen=True)
class Option:
    """What can be chosen: key, title, one sentence, tooltip."""

    key: str
    title: str
    text: str
    tooltip: str


class OptionCard(SurfaceButton):
    """One of the cards."""

    stepped = Signal(int)

    def __init__(self, option: Option) -> None:
        super().__init__(option.title, option.text, "", option.tooltip)
        self.setCheckable(True)
        self.setProperty("key", option.key)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(USUAL_PX, self.heightForWidth(USUAL_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.fontMetrics().height() * 2 + 2 * PADDING_PX)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, width - TEXT_LEFT_PX - PADDING_PX, 1000)
        text = self.fontMetrics().boundingRect(room, int(WRAPPED), self._text).height()
        return int(text + self.fontMetrics().height() + 2 * PADDING_PX + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_surface(painter, "accent_soft" if self.isChecked() else "surface")
        line = self.fontMetrics().height()
        dot = QRectF(PADDING_PX, PADDING_PX + (line - DOT_PX) / 2, DOT_PX, DOT_PX)
        painter.setPen(QPen(theme.color("accent" if self.isChecked() else "muted"), 5 if self.isChecked() else 1))
        painter.setBrush(theme.color("surface"))
        inset = 2.5 if self.isChecked() else 0.5
        painter.drawEllipse(dot.adjusted(inset, inset, -inset, -inset))
        room = self.rect().adjusted(TEXT_LEFT_PX, PADDING_PX, -PADDING_PX, 0)
        painter.setFont(self._bold(theme.tokens.size.text))
        painter.setPen(theme.color("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setFont(self.font())
        painter.setPen(theme.color("muted"))
        painter.drawText(room.translated(0, line + 2), WRAPPED, self._text)


class OptionCards(QWidget):
    """Cards below each other; `chosen` brings the key of the one that was clicked, also of the current one."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[Option], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * theme.tokens.size.grid)
        self._cards: dict[str, OptionCard] = {}
        for option in options:
            card = OptionCard(option)
            card.clicked.connect(self._on_clicked)
            card.stepped.connect(self._on_stepped)
            self._cards[option.key] = card
            box.addWidget(card)

    def current(self) -> str:
        """The key of the chosen card, or nothing."""
        return next((key for key, card in self._cards.items() if card.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Mark a card without telling; an unknown key marks none."""
        for other, card in self._cards.items():
            card.setChecked(other == key)

    def card(self, key: str) -> OptionCard:
        """The card of a key."""
        return self._cards[key]

    def _on_clicked(self) -> None:
        self._choose(str(self.sender().property("key")))

    def _on_stepped(self, step: int) -> None:
        keys = list(self._cards)
        here = keys.index(str(self.sender().property("key")))
        card = self._cards[keys[(here + step) % len(keys)]]
        card.setFocus(Qt.FocusReason.TabFocusReason)

    def _choose(self, key: str) -> None:
        self.set_current(key)
        self.chosen.emit(key)
