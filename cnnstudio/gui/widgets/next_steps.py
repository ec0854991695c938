"""What to do with a trained network: a card with a button for each of the pages behind Train."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card

STEPS = (
    ("inspect", "Look inside", "Go to Inspect: filters, activations, and where the network looks."),
    ("evaluate", "Judge it", "Judge it on the images kept for the test, and show its mistakes."),
)


class NextSteps(Card):
    """Hidden until a run is there to be looked at; `chosen` brings the key of a page.

    `judging_wanted` follows when the page is to judge the run at once.
    """

    chosen = Signal(str)
    judging_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("What next?")
        self.buttons: dict[str, Button] = {}
        row = QHBoxLayout()
        row.setSpacing(2 * theme.tokens.size.grid)
        for page, text, tooltip in STEPS:
            button = self.buttons[page] = Button(text, tooltip)
            button.setProperty("page", page)
            button.clicked.connect(self._on_clicked)
            row.addWidget(button, 1)
        self.add(row)
        self.hug()
        self.hide()

    def _on_clicked(self) -> None:
        page = str(self.sender().property("page"))
        self.chosen.emit(page)
        if page == "evaluate":
            # Who asks for a judgement needs no second click for it.
            self.judging_wanted.emit()
