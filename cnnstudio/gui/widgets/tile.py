"""A tile with one large number and the sentence that makes sense of it."""

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import ElidedLabel, Label


class NumberTile(Card):
    """What is measured, its value, and what that means."""

    def __init__(self, title: str, tooltip: str = "") -> None:
        super().__init__()
        self._caption = Label(title, "small")
        self._value = ElidedLabel("–", "number")
        self._meaning = ElidedLabel("", "small")
        self.body.setSpacing(2)
        # Four stand side by side in a window of 1280 px, and "0.081 above training" is to fit.
        margins, narrow = self.body.contentsMargins(), 2 * theme.tokens.size.grid
        self.body.setContentsMargins(narrow, margins.top(), narrow, margins.bottom())
        for label in (self._caption, self._value, self._meaning):
            self.add(label)
        self.setToolTip(tooltip)
        self.setAccessibleName(title)
        self.hug()

    def value(self) -> str:
        """The number as it is shown."""
        return self._value.text()

    def set_value(self, text: str, note: str = "", role: str = "small") -> None:
        """Show a number (already formatted, with its unit) and a note in the colour of a role."""
        if text != self._value.text():
            self._value.set_text(text)
        if note != self._meaning.text():
            self._meaning.set_text(note, role)
        self.setAccessibleDescription(f"{text}. {note}")
