"""A bug must not end the program: it goes to the log, and a dialog shows it with a copy button."""

import logging
import logging.handlers
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from cnnstudio.core.paths import log_dir
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label

MAX_LOG_BYTES, LOG_FILES = 5_000_000, 3
log = logging.getLogger("cnnstudio")
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashDialog(QDialog):
    """What went wrong inside, for a report: nothing is sent anywhere."""

    def __init__(self, details: str, log_file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details = details
        self.setWindowTitle("Something went wrong in CNN Studio")
        self.resize(640, 420)
        text = QPlainTextEdit(details)
        text.setReadOnly(True)
        text.setAccessibleName("Details")
        text.setToolTip("What to put into a report.")
        self.copy_button = Button("Copy details", "Put the details on the clipboard.", icon="content-copy")
        self.close_button = Button("Go on", "Close this and go on working.", role="main")
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 20, 20, 20)
        box.setSpacing(12)
        box.addWidget(Label("Something went wrong in CNN Studio", "page-title", wrap=True))
        safe = "This is a fault of the program, not yours. Your project is saved, and you can go on working."
        box.addWidget(Label(safe, "", wrap=True))
        box.addWidget(text, 1)
        box.addWidget(Label(f"It is also in {log_file}. Nothing is sent anywhere.", "small", wrap=True))
        box.addLayout(buttons)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._details)


class CrashWatch(QObject):
    """Catches what no code caught, in every thread."""

    # From any thread: the connection is queued, so that the dialog opens in the GUI thread.
    caught = Signal(str)

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__()
        self._window = window
        self.dialog: CrashDialog | None = None
        self.caught.connect(self._show)
        self._old_hooks = sys.excepthook, threading.excepthook
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def close(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._old_hooks

    def set_window(self, window: QWidget) -> None:
        """The window that the dialog belongs to."""
        self._window = window

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("A bug:\n%s", details)
        self.caught.emit(details)

    def _on_thread_exception(self, args: Any) -> None:
        self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _show(self, details: str) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            return  # one is enough: a bug that repeats stands in the log
        self.dialog = CrashDialog(details, log_file(), self._window)
        self.dialog.open()


def log_file() -> Path:
    """Where the log lies."""
    return log_dir() / "cnnstudio.log"


def start_log() -> None:
    """Write the log to a file of limited size; without a place to write to, go on without."""
    try:
        log_dir().mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            log_file(), maxBytes=MAX_LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
        )
    except OSError as error:
        handler = logging.StreamHandler()
        handler.handle(log.makeRecord(log.name, logging.WARNING, "", 0, f"No log file: {error}", (), None))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    qInstallMessageHandler(_on_qt_message)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    log.log(LEVELS.get(kind, logging.INFO), "Qt: %s", text)
