"""The window is killed while somebody edits: at most a second of edits is lost, and nothing asks to be restored.

`CNNSTUDIO_EDIT_KILLS=20` makes it the test before a release.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnstudio.project import open_project

KILLS = int(os.environ.get("CNNSTUDIO_EDIT_KILLS", "2"))
MAY_BE_LOST_S = 1.0

# Edits of the recipe, the network, the augmentation and its undoing, each told with its time and its number.
EDITOR = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from cnnstudio.data.augment_presets import preset
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.session import Session

app = QApplication([])
session = Session(Jobs())
session.new_project(ShapesSource(per_class=2, side=32), "lenet5-modern")
number = 0

def edit():
    global number
    if session.dataset is None or session.graph is None:
        return
    number += 1
    session.set_config(session.config.replace(seed=number))
    if number % 3 == 1:
        session.set_graph(session.graph.changed(name=f"net {number}"), "rename")
    print(number, time.monotonic(), session.project.path, flush=True)

timer = QTimer(interval=int(sys.argv[1]), timeout=edit)
timer.start()
app.exec()
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_after_any_edit_loses_at_most_a_second(number: int, home: Path) -> None:
    draw = random.Random(number)
    interval_ms = (120, 700, 30, 400)[number % 4]
    window = subprocess.Popen([sys.executable, "-c", EDITOR, str(interval_ms)], stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    told = [window.stdout.readline().split(maxsplit=2)]
    until_s = time.monotonic() + draw.uniform(1.5, 3.0)
    while time.monotonic() < until_s:
        told.append(window.stdout.readline().split(maxsplit=2))
    window.kill()
    killed_s = time.monotonic()
    told += [line.split(maxsplit=2) for line in window.stdout.read().splitlines() if line.count(" ") >= 2]
    window.stdout.close()
    window.wait()
    old = [int(edit) for edit, at_s, _ in told if killed_s - float(at_s) > MAY_BE_LOST_S]
    project = open_project(Path(told[0][2].strip()))
    project.close()
    assert project.recovered == ""
    assert project.spec.train.seed >= max(old, default=0)
    assert project.spec.train.seed <= int(told[-1][0])
