"""A slim line that says what is being done, how far it is, and lets it be stopped; nothing else is blocked."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.jobs import Progress
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.progress_bar import ProgressBar
from cnnstudio.gui.widgets.times import duration_text


class ProgressLine(QWidget):
    """Text, bar and Cancel; hidden while there is nothing to do."""

    cancelled = Signal()

    def __init__(self, tooltip: str) -> None:
        super().__init__()
        self._text = Label("", "small")
        self._bar = ProgressBar()
        self.button = Button("Cancel", tooltip)
        self.button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(self._text)
        row.addWidget(self._bar, 1)
        row.addWidget(self.button)
        self.hide()

    def set_progress(self, progress: Progress) -> None:
        """Show how far the work has come."""
        counted = f"{progress.done:,} of {progress.total:,}" if progress.total else ""
        left = f"{duration_text(progress.seconds_left)} left" if progress.seconds_left is not None else ""
        self._text.set_text(" · ".join(part for part in (progress.text, counted, left) if part))
        self._bar.set_done(progress.done, progress.total)
