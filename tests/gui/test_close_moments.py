"""Pause, stop, close, SIGTERM, and a kill at random moments of a training: what is left can always be resumed."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

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
sys.exit(app.run_app(sample="digits"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", range(MOMENTS))
def test_window_closes_within_5_s_and_the_run_can_be_resumed(number: int, home: Path) -> None:
    draw = random.Random(number)
    way, delay_ms = WAYS[number % len(WAYS)], draw.randrange(0, 4000)
    child = subprocess.Popen(
        [sys.executable, "-c", CODE, way, str(delay_ms)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    descendants: list[psutil.Process] = []
    assert child.stdout is not None
    _, closing_s, path = json.loads(child.stdout.readline())
    descendants = psutil.Process(child.pid).children(recursive=True) if child.poll() is None else []
    _, errors = child.communicate(timeout=60)
    took_s = time.monotonic() - closing_s

    assert child.returncode == 0, errors
    assert took_s < 5.0
    assert "Traceback" not in errors
    assert not [process for process in descendants if process.is_running()]
    project = open_project(Path(path))
    (run,) = project.runs() or [None]
    if run is not None:  # it may have been closed before the run folder was made
        assert run.state in (RunState.STOPPED, RunState.CREATED, RunState.FINISHED)
        short = run.config.epochs
        assert train_run(JobContext(), run).reason is EndReason.FINISHED
        assert len(run.epochs()) == short
    project.close()
