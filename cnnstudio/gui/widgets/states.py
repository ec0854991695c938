"""What a page shows when there is nothing yet, while it works, and when something went wrong."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.progress_bar import ProgressBar
from cnnstudio.gui.widgets.times import duration_text

CARD_PX = 440
ICON_PX = 40
PADDING_PX = 24


class StateView(QWidget):
    """A card in the middle of the room: icon, title, text, and one button. Base of the three states."""

    triggered = Signal()

    def __init__(self, icon: str, icon_role: str, title: str, text: str) -> None:
        super().__init__()
        self._icon_name, self._icon_role = icon, icon_role
        self.card = Card()
        self.card.setFixedWidth(CARD_PX)
        # Not Maximum: that takes the height of unwrapped text, and would cut the last line.
        self.card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._icon = QLabel()
        self._title = Label(title, "page-title", wrap=True)
        self._text = Label(text, "muted", wrap=True)
        self.button = Button("", "", role="main")
        self.button.clicked.connect(self.triggered)
        self.card.body.setContentsMargins(*[PADDING_PX] * 4)
        self.card.body.setSpacing(3 * theme.tokens.size.grid)
        for widget in (self._icon, self._title, self._text):
            self.card.add(widget)
        # Not by alignment: an aligned item gets its hint's height, and wrapped text needs more at this width.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.card)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(middle)
        outer.addStretch(3)
        self._draw_icon()
        theme.changed.connect(self._draw_icon)

    def set_texts(self, title: str, text: str) -> None:
        """Change what is said."""
        self._title.set_text(title)
        self._text.set_text(text)
        self._text.setVisible(bool(text))

    def set_action(self, text: str, tooltip: str) -> None:
        """Name the button by its verb; without a text there is none."""
        self.button.setText(text)
        self.button.setToolTip(tooltip)
        self.button.setAccessibleName(text)
        self.button.setVisible(bool(text))

    def _place_button(self, text: str, tooltip: str) -> None:
        # Into the card first: a button without a parent that is made visible is a window of its own.
        self.card.body.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.set_action(text, tooltip)

    def _draw_icon(self) -> None:
        icon = theme.icon(self._icon_name, self._icon_role)
        self._icon.setPixmap(icon.pixmap(ICON_PX, ICON_PX))


class EmptyState(StateView):
    """Nothing here yet: what to do first, and the button that does it (`triggered`)."""

    def __init__(self, title: str, text: str, action: str = "", tooltip: str = "", icon: str = "image-outline") -> None:
        super().__init__(icon, "muted", title, text)
        self._place_button(action, tooltip)


class BusyState(StateView):
    """Work in progress: how far, how long still, and Cancel (`triggered`)."""

    def __init__(self, title: str, tooltip: str = "Stop this; what was there before stays.") -> None:
        super().__init__("progress-clock", "accent", title, "")
        self._bar = ProgressBar()
        self._left = Label("", "small")
        self.button.setProperty("role", "")
        self.card.add(self._bar)
        self.card.add(self._left)
        self._place_button("Cancel", tooltip)

    def set_progress(self, progress: Progress) -> None:
        """Show how far the work has come."""
        self._text.set_text(progress.text)
        self._text.setVisible(bool(progress.text))
        self._bar.set_done(progress.done, progress.total)
        counted = f"{progress.done:,} of {progress.total:,}" if progress.total else ""
        left = f"{duration_text(progress.seconds_left)} left" if progress.seconds_left is not None else ""
        self._left.set_text(" · ".join(part for part in (counted, left) if part))


class ErrorState(StateView):
    """What happened, what is safe, what to do; and the button that does it (`triggered`)."""

    def __init__(self, safe: str = "", action: str = "", tooltip: str = "") -> None:
        super().__init__("alert-circle-outline", "bad", "", "")
        self._safe = Label(safe, "muted", wrap=True)
        self._hint = Label("", "", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.card.add(self._safe)
        self.card.add(self._hint)
        self._place_button(action, tooltip)

    def set_error(self, title: str, error: StudioError, safe: str = "") -> None:
        """Show an error: a short title, its message, what is safe, and its hint."""
        self.set_texts(title, error.message)
        if safe:
            self._safe.set_text(safe)
        self._safe.setVisible(bool(self._safe.text()))
        self._hint.set_text(error.hint)
        self._hint.setVisible(bool(error.hint))
