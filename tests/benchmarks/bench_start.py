"""How long from the start of the process to the first painted window, and what was imported by then?"""

import json
import time

from tests.benchmarks.measure import child, spread

CODE = """
import json, sys, time
from PySide6.QtCore import QTimer
from cnnstudio.gui import app
from cnnstudio.gui.main_window import MainWindow
def note(*_):
    heavy = [m for m in ("torch", "captum", "sklearn", "pyqtgraph") if m in sys.modules]
    print(json.dumps([time.monotonic(), heavy]), flush=True)
    QTimer.singleShot(0, window[0].close_without_asking)
window, made = [], MainWindow.__init__
def init(self, *args):
    made(self, *args)
    window.append(self)
    self.first_painted.connect(note)
MainWindow.__init__ = init
sys.exit(app.run_app())
"""
# The hook imports the window's modules early; the program itself does so inside run_app: the sum is the same.
ROUNDS = 5


def run() -> None:
    """Print the median of five fresh processes, after one that warms the disk's cache."""
    times = []
    for number in range(ROUNDS + 1):
        started_s = time.monotonic()
        painted_s, heavy = json.loads(child(CODE).splitlines()[0])
        if number:
            times.append(painted_s - started_s)
    print(f"  first painted window after {spread(times, ' s')}")
    print(f"  imported by then of torch, captum, sklearn and pyqtgraph: {', '.join(heavy) or 'none'}")
