"""The bar at the bottom: device, speed and memory at the left; at the right what runs, how far it is, and Cancel."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from cnnstudio.core.jobs import Job
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import IconButton
from cnnstudio.gui.widgets.labels import ElidedLabel
from cnnstudio.gui.widgets.progress_bar import ProgressBar
from cnnstudio.gui.widgets.times import duration_text

BAR_PX = 160


class StatusBar(QFrame):
    """`cancelled` brings the job whose cross was clicked."""

    cancelled = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "status")
        self.setFixedHeight(theme.tokens.size.status)
        self._job: Job | None = None
        self._device, self._speed, self._memory = (ElidedLabel("", "small") for _ in range(3))
        self._device.setToolTip("Where the network is computed, and with how many processor threads.")
        self._speed.setToolTip("Training images a second.")
        self._memory.setToolTip("Memory that CNN Studio uses, of what this machine has.")
        right = Qt.AlignmentFlag.AlignRight
        self._name, self._text = ElidedLabel("", "small", right), ElidedLabel("", "small")
        self._bar = ProgressBar(tooltip="How far the work in the background has come.")
        self._bar.setFixedWidth(BAR_PX)
        self.cancel_button = IconButton("close", "Stop this work; what was finished is kept.", "Stop this work")
        self.cancel_button.clicked.connect(self._on_cancel)
        self._lay_out()
        self.set_jobs(())

    def set_device(self, text: str) -> None:
        """Say where it computes."""
        self._device.set_text(text)

    def set_speed(self, text: str) -> None:
        """Say how fast it trains; empty while it doesn't."""
        self._speed.set_text(text)
        self._speed.setVisible(bool(text))

    def set_memory(self, text: str) -> None:
        """Say how much memory is used."""
        self._memory.set_text(text)

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Show the first of the jobs that run or wait, and how many there are besides."""
        self._job = jobs[0] if jobs else None
        for widget in (self._name, self._bar, self._text, self.cancel_button):
            widget.setVisible(self._job is not None)
        if self._job is None:
            return
        progress = self._job.progress
        more = f" (+{len(jobs) - 1})" if len(jobs) > 1 else ""
        self._name.set_text(f"{self._job.name}{more}")
        self._bar.set_done(progress.done, progress.total)
        left = f"{duration_text(progress.seconds_left)} left" if progress.seconds_left is not None else ""
        self._text.set_text(" · ".join(part for part in (progress.text, left) if part))

    def job_text(self) -> str:
        """What is said about the job, in one line."""
        return f"{self._name.text()} {self._text.text()}".strip() if self._job is not None else ""

    def device_text(self) -> str:
        """What is said about the device."""
        return self._device.text()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.tokens.size.page, 0, 12, 0)
        row.setSpacing(8)
        for label in (self._device, self._speed, self._memory):
            row.addWidget(label)
            row.addSpacing(16)
        row.addStretch(1)
        row.addWidget(self._name)
        row.addWidget(self._bar)
        row.addWidget(self._text)
        row.addWidget(self.cancel_button)

    def _on_cancel(self) -> None:
        if self._job is not None:
            self.cancelled.emit(self._job)
