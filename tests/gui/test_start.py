"""Starting and ending the real program in a process of its own."""

import signal
import subprocess
import sys
import time

import pytest

REPORT = """
import os, sys
from cnnstudio.gui.app import prepare_start
prepare_start()
from cnnstudio.gui.launch import Jobs, MainWindow, Session, make_app
app = make_app()
window = MainWindow(Session(Jobs()))
def report():
    heavy = ("torch", "torchvision", "captum", "sklearn", "pyqtgraph", "scipy", "pandas", "numpy", "PIL")
    print("loaded:", ",".join(name for name in heavy if name in sys.modules), flush=True)
    os._exit(0)
window.first_painted.connect(report)
window.show()
app.exec()
"""
RUN = "import sys; from cnnstudio.gui.app import run_app; sys.exit(run_app())"
MARKED = (
    """
import sys
from cnnstudio.gui.main_window import MainWindow
made = MainWindow.__init__
def init(self, *args):
    made(self, *args)
    self.first_painted.connect(lambda: print("painted", flush=True))
MainWindow.__init__ = init
"""
    + RUN
)


@pytest.mark.slow
def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    done = subprocess.run([sys.executable, "-c", REPORT], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "loaded:", done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_without_asking_and_with_exit_code_0(number: signal.Signals) -> None:
    child = subprocess.Popen([sys.executable, "-c", MARKED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "painted"
    started_s = time.monotonic()
    child.send_signal(number)
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 0, errors
    assert time.monotonic() - started_s < 10
    assert "Traceback" not in errors
