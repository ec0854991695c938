"""Closing the window: nothing is lost, no thread is left, and whoever trains is asked first."""

import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.gui.training import Phase, TrainingControl
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label

WIDTH_PX = 440


@dataclass(frozen=True)
class ClosingWords:
    """What is going on, what happens to it when the window closes, and what the button says and does."""

    title: str
    text: str
    button: str
    tooltip: str


class CloseQuestion(QDialog):
    """Stop the training and close, or keep training."""

    def __init__(self, words: ClosingWords, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.title)
        self.setAccessibleName(words.text)
        self.setFixedWidth(WIDTH_PX)
        self.stop_button = Button(words.button, words.tooltip, role="main")
        self.keep_button = Button("Keep training", "Leave the window open (Esc).")
        self.stop_button.clicked.connect(self.accept)
        self.keep_button.clicked.connect(self.reject)
        self.stop_button.setDefault(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 20, 20, 20)
        box.setSpacing(12)
        box.addWidget(Label(words.title, "page-title"))
        box.addWidget(Label(words.text, "", wrap=True))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.keep_button)
        buttons.addWidget(self.stop_button)
        box.addLayout(buttons)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Where no window manager does so, the keyboard would stay with the window behind: Return would do nothing.
        self.raise_()
        self.activateWindow()
        self.stop_button.setFocus()


def closing_words(training: TrainingControl) -> ClosingWords:
    """What happens to the training when the window closes: a run that doesn't exist yet can't be saved."""
    if training.phase is Phase.CHECKING:
        return ClosingWords(
            "A training is about to begin",
            "It is still being checked, and no run was made yet: closing drops the checks. Your data, network and "
            "recipe are saved; start the training again when you come back.",
            "Close",
            "Drop the checks, and close.",
        )
    if training.run is None:
        return ClosingWords(
            "A training is about to begin",
            "It has not made a step yet. What is on the disk stays as it is; a run that was made already waits on "
            "the page Runs.",
            "Close",
            "Don't begin the training, and close.",
        )
    # No number: the training goes on behind the question.
    name = training.run.name
    return ClosingWords(
        "A training is running",
        f"{name[:1].upper()}{name[1:]} is saved at its next step when you close; nothing that it has learnt is lost. "
        "Resume it later on the page Runs.",
        "Stop and close",
        "Save the training at its next step, and close.",
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
