"""The numbers at the left of the status bar: device and threads, images a second, memory."""

from typing import Any

from PySide6.QtCore import QObject, QTimer

from cnnstudio.core.jobs import JobContext
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.status_bar import StatusBar
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.training.device import thread_count, usable_cores
from cnnstudio.training.events import RunPaused, RunStarted, StepsDone

MEMORY_MS = 2_000


class Meter(QObject):
    """Keeps the status bar's numbers up to date."""

    def __init__(self, session: Session, bar: StatusBar) -> None:
        super().__init__(bar)
        self._session, self._bar = session, bar
        self._device = "CPU"
        self.step = 0
        session.training.events.connect(self._on_events)
        session.training.changed.connect(self._on_training)
        session.config_changed.connect(self._show_device)
        self._timer = QTimer(self, interval=MEMORY_MS)
        self._timer.timeout.connect(self._show_memory)
        self._timer.start()
        self._show_device()

    def set_device(self, device: str) -> None:
        """Say on what device it will be computed."""
        self._device = device
        self._show_device()

    def _show_device(self) -> None:
        threads, cores = thread_count(self._session.config.threads), usable_cores()
        self._bar.set_device(f"{self._device} · {threads} of {cores} threads")

    def _show_memory(self) -> None:
        # psutil takes 20 ms to import: not before the first paint.
        import psutil

        used, total = psutil.Process().memory_info().rss, psutil.virtual_memory().total
        self._bar.set_memory(f"{bytes_text(used)} of {bytes_text(total)}")

    def _on_events(self, events: list[Any]) -> None:
        for event in events:
            if isinstance(event, RunStarted):
                self._device = event.device
                self._bar.set_device(f"{event.device} · {event.threads} of {usable_cores()} threads")
            elif isinstance(event, StepsDone):
                self.step = event.last_step
        # What was told last is what is seen: nothing is painted for the numbers before it.
        if speeds := [event for event in events if isinstance(event, StepsDone | RunPaused)]:
            last = speeds[-1]
            self._bar.set_speed(f"{last.images_per_s:,.0f} images/s" if isinstance(last, StepsDone) else "paused")

    def _on_training(self) -> None:
        if not self._session.training.is_active:
            self.step = 0
            self._bar.set_speed("")


def warm_up(ctx: JobContext) -> str:
    """Import what takes long, so that the first training starts at once; returns the device's name."""
    ctx.progress(0, 2, "PyTorch")
    from cnnstudio.training.device import choose_device, device_text

    device = device_text(choose_device("auto"))
    ctx.check()
    ctx.progress(1, 2, "scikit-learn")
    import sklearn.datasets  # noqa: F401  # the digits come from it

    return device
