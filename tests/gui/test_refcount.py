"""PySide6 6.12.0 on Python 3.11 loses references to None, True and False at each signal, and aborts in the end."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


class Sender(QObject):
    plain = Signal()
    number = Signal(int)
    thing = Signal(object)


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def take(self, *args: object) -> None:
        self.count += 1


def test_fifty_signals_leave_none_true_and_false_alone(qtbot: QtBot) -> None:
    sender, receiver = Sender(), Receiver()
    for signal in (sender.plain, sender.number, sender.thing):
        signal.connect(receiver.take)
    before = [sys.getrefcount(value) for value in (None, True, False)]
    for _ in range(50):
        sender.plain.emit()
        sender.number.emit(1)
        sender.thing.emit(None)
    after = [sys.getrefcount(value) for value in (None, True, False)]
    assert receiver.count == 150
    assert all(new >= old - 5 for new, old in zip(after, before, strict=True)), (before, after)


def test_fifty_paints_leave_none_alone(qtbot: QtBot) -> None:
    class Painted(QWidget):
        paints = 0

        def paintEvent(self, event: object) -> None:
            Painted.paints += 1

    widget = Painted()
    qtbot.addWidget(widget)
    widget.resize(20, 20)
    widget.show()
    before = sys.getrefcount(None)
    for _ in range(50):
        widget.grab()
    assert Painted.paints >= 50
    assert sys.getrefcount(None) >= before - 5
