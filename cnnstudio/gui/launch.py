"""The program with a window: sets Qt up, opens what was asked for, and ends with nothing left behind."""

import contextlib
import os
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, Slot
from PySide6.QtWidgets import QApplication

from cnnstudio.core.allocation import keep_freed_memory
from cnnstudio.core.settings import load_settings
from cnnstudio.gui.closing import SignalWatch
from cnnstudio.gui.crash import CrashWatch, log, start_log
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.samples import sample as find_sample
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme

LAST_WAIT_S = 0.5
SWITCH_S = 0.0005


class Opener(QObject):
    """Opens, after the first paint, what the command line named."""

    def __init__(self, window: MainWindow, project: Path | None, sample: str | None) -> None:
        super().__init__(window)
        self._window, self._project, self._sample = window, project, sample
        window.first_painted.connect(self._open)

    @Slot()
    def _open(self) -> None:
        session = self._window.session
        if self._project is not None:
            open_path(session, self._project)
        elif self._sample is not None:
            session.begin_sample(self._sample)


def open_path(session: Session, path: Path) -> None:
    """Open what a path names, as if it had been dropped on the window."""
    from cnnstudio.gui.drop_target import take_drop
    from cnnstudio.gui.drops import DropKind, meaning

    if not path.exists():
        session.notice.emit("bad", f"{path} does not exist.", "Give a project's folder, or a folder of images.")
        return
    drop = meaning([path.absolute()])
    if drop.kind is DropKind.IMAGES:
        session.notice.emit("bad", f"{path} is no project.", "Give a project's folder, or a folder of images.")
        return
    take_drop(session, drop)


def make_app() -> QApplication:
    """The QApplication, dressed; the one that is there if there is one."""
    # Before the first thread of a job: its training computes in that thread.
    keep_freed_memory()
    app = QApplication.instance() or QApplication(["cnnstudio"])
    assert isinstance(app, QApplication)
    app.setApplicationName("CNN Studio")
    # The training waits at most this long for the interpreter while the window draws; the default is 5 ms.
    sys.setswitchinterval(SWITCH_S)
    app.setDesktopFileName("cnnstudio")
    # Numbers read the same in fields, tables and texts, whatever the system's language.
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    theme.install(app, load_settings().theme)
    return app


def launch(project: Path | None, sample: str | None) -> int:
    """Open the window, run until it is closed, return the exit code."""
    if sample is not None:
        find_sample(sample)
    app = make_app()
    start_log()
    crashes = CrashWatch()
    window = MainWindow(Session(Jobs()))
    crashes.set_window(window)
    signals = SignalWatch(window.close_without_asking, window)
    Opener(window, project, sample)
    window.show()
    code = app.exec()
    signals.close()
    crashes.close()
    return _end(code)


def _end(code: int) -> int:
    """Leave no thread behind: one that still computes after all was saved would keep the process alive."""
    busy = [thread for thread in threading.enumerate() if thread.name.startswith("lane-")]
    for thread in busy:
        thread.join(LAST_WAIT_S)
    if any(thread.is_alive() for thread in busy):
        log.warning("Still busy at the end: %s", ", ".join(thread.name for thread in busy))
        _end_children()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _end_children() -> None:
    """A compiler that a training waits for would go on for seconds."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
