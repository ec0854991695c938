"""What can be done after a training diverged: a sentence and a button for each way on."""

from PySide6.QtCore import Signal

from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label

WAYS = (
    ("again-calmer", "Train again, rate ÷ 10", "Start a new run with a learning rate ten times smaller."),
    ("again-clipped", "Train again, clipped", "Start a new run whose gradients are shortened to a norm of 1."),
    ("on-calmer", "Go on, rate ÷ 10", "Go on from the last checkpoint with a learning rate ten times smaller."),
)


class WaysOn(Card):
    """`chosen` brings "again-calmer", "again-clipped" or "on-calmer"."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("It diverged")
        self._text = Label("", "muted", wrap=True)
        self.add(self._text)
        self.buttons: dict[str, Button] = {}
        for key, text, tooltip in WAYS:
            button = Button(text, tooltip)
            button.setProperty("way", key)
            button.clicked.connect(self._on_clicked)
            self.buttons[key] = button
            self.add(button)
        self.hug()
        self.hide()

    def set_diverged(self, text: str, *, can_go_on: bool) -> None:
        """Show what happened; without a checkpoint there is nothing to go on from."""
        self._text.set_text(text)
        self.buttons["on-calmer"].setVisible(can_go_on)
        self.setVisible(bool(text))

    def _on_clicked(self) -> None:
        self.chosen.emit(str(self.sender().property("way")))
