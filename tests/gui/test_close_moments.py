"""Pause, stop, close and SIGTERM at random moments of a training: what is left can always be resumed."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from cnnstudio.core.jobs import JobContext
from cnnstudio.project import open_project
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import RunState
from cnnstudio.training.events import EndReason

MOMENTS = int(os.environ.get("CNNSTUDIO_MOMENTS", "5"))
WAYS = ("close", "stop, close", "pause, close", "sigterm", "pause, sigterm")

# The program itself, with a hand that acts at a moment drawn by the test.
CODE = """
import json, os, signal, sys, time
from PySide6.QtCore import QTimer
from cnnstudio.core.leaving import leave
from cnnstudio.gui import app
from cnnstudio.gui.main_window import MainWindow
way, delay_ms = sys.argv[1], int(sys.argv[2])
made = MainWindow.__init__
def init(self, *args):
    made(self, *args)
    training = self.session.training
    def close():
        print(json.dumps(["closing", time.monotonic(), str(self.session.project.path)]), flush=True)
        if "sigterm" in way:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        self.close()
        question = [d for d in self.findChildren(__import__("PySide6.QtWidgets").QtWidgets.QDialog) if d.isVisible()]
        for dialog in question:
            dialog.stop_button.click()
    def act():
        if "pause" in way:
            training.pause()
        if "stop" in way:
            training.stop()
        QTimer.singleShot(50, close)
    def on_change():
        if training.is_active and not seen:
            seen.append(1)
            QTimer.singleShot(delay_ms, act)
    seen = []
    training.changed.connect(on_change)
MainWindow.__init__ = init
leave(app.run_app(sample="digits"))
"""


class Closed(NamedTuple):
    """What came of one closing."""

    returncode: int
    seconds: float
    errors: str
    project: Path
    left_behind: list[psutil.Process]


def close_at_a_moment(number: int) -> Closed:
    """Start the program, let it train, and end it in one of the ways after up to 4 s."""
    way, delay_ms = WAYS[number % len(WAYS)], random.Random(number).randrange(0, 4000)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen([sys.executable, "-c", CODE, way, str(delay_ms)], text=True, **pipes)
    assert child.stdout is not None
    _, closing_s, path = json.loads(child.stdout.readline())
    descendants = psutil.Process(child.pid).children(recursive=True) if child.poll() is None else []
    _, errors = child.communicate(timeout=100)
    left = [process for process in descendants if process.is_running()]
    return Closed(child.returncode, time.monotonic() - closing_s, errors, Path(path), left)


def resume_to_the_end(path: Path) -> None:
    """Every run of the project that isn't finished can be resumed, and then is."""
    project = open_project(path)
    for run in project.runs():  # none, if it was closed before the run folder was made
        assert run.state in (RunState.STOPPED, RunState.CREATED, RunState.FINISHED)
        assert train_run(JobContext(), run).reason is EndReason.FINISHED
        assert len(run.epochs()) == run.config.epochs
    project.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(MOMENTS))
def test_window_closes_cleanly_and_the_run_can_be_resumed(number: int, home: Path) -> None:
    closed = close_at_a_moment(number)
    assert closed.returncode == 0, closed.errors
    assert "Traceback" not in closed.errors
    assert closed.left_behind == []
    resume_to_the_end(closed.project)
