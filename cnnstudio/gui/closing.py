"""Closing the window: nothing is lost, no thread is left, and whoever trains is asked first."""

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.gui.training import TrainingControl
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label

WIDTH_PX = 440


class CloseQuestion(QDialog):
    """Stop the training and close, or keep training."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("A training is running")
        self.setAccessibleName(text)
        self.setFixedWidth(WIDTH_PX)
        self.stop_button = Button("Stop and close", "Save the training at its next step, and close.", role="main")
        self.keep_button = Button("Keep training", "Leave the window open (Esc).")
        self.stop_button.clicked.connect(self.accept)
        self.keep_button.clicked.connect(self.reject)
        self.stop_button.setDefault(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 20, 20, 20)
        box.setSpacing(12)
        box.addWidget(Label("A training is running", "page-title"))
        box.addWidget(Label(text, "", wrap=True))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.keep_button)
        buttons.addWidget(self.stop_button)
        box.addLayout(buttons)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)


def close_text(training: TrainingControl, step: int) -> str:
    """What happens to the training when the window closes."""
    name = training.run.name if training.run is not None else "The run"
    where = f" at step {step:,}" if step else ""
    return (
        f"{name[:1].upper()}{name[1:]} is saved{where} when you close now, and nothing that it has learnt is lost. "
        "Resume it later on the page Runs."
    )


class SignalWatch(QObject):
    """Turns SIGINT and SIGTERM into a call in the GUI thread.

    Python runs signal handlers only between its own instructions, and Qt's loop is not Python: a byte through a
    socket wakes it.
    """

    def __init__(self, on_signal: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._on_signal = on_signal
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._old_fd = signal.set_wakeup_fd(self._write.fileno())
        self._old = {number: signal.signal(number, _noted) for number in (signal.SIGINT, signal.SIGTERM)}
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_byte)

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_fd)
        for number, old in self._old.items():
            signal.signal(number, old)
        self._read.close()
        self._write.close()

    def _on_byte(self) -> None:
        self._read.recv(64)
        self._on_signal()


def _noted(number: int, frame: FrameType | None) -> None:
    """The byte through the socket says all; the default handler would end the process at once."""
