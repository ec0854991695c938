"""How late is a 5 ms timer in the GUI thread while LeNet-5 trains and its curves are drawn?"""

import json

from tests.benchmarks.measure import child, percentile

SECONDS = 30

CODE = """
import json, sys, time
from PySide6.QtCore import QEventLoop, QTimer, Qt
from cnnstudio.gui.launch import make_app
app = make_app()
from cnnstudio.data.spec import parse_source
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.session import Session
window = MainWindow(Session(Jobs()))
window.show()
session = window.session
session.new_project(parse_source("digits"), "lenet5")
while session.dataset is None or session.graph is None:
    app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
session.set_config(session.config.replace(epochs=100000))
window.show_page("train")
session.training.start()
page = window.page("train")
while page.view.curves.loss.points("validation") < 3:
    app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
late, last, end = [], [time.perf_counter()], time.monotonic() + float(sys.argv[1])
def tick():
    now = time.perf_counter()
    late.append(max(0.0, (now - last[0]) * 1000 - 5))
    last[0] = now
    if time.monotonic() > end:
        app.exit()
timer = QTimer(interval=5, timerType=Qt.TimerType.PreciseTimer)
timer.timeout.connect(tick)
timer.start()
app.exec()
timer.stop()
print(json.dumps([late, page.view.curves.loss.points("training")]))
window.close_without_asking()
"""


def run() -> None:
    """Print p50, p99 and the worst over 30 s."""
    late, points = json.loads(child(CODE, str(SECONDS)).splitlines()[-1])
    figures = ", ".join(f"{name} {value:.1f} ms" for name, value in _figures(late))
    print(f"  {len(late):,} ticks in {SECONDS} s, {points:,} points on the curves: late by {figures}")


def _figures(late: list[float]) -> list[tuple[str, float]]:
    return [("p50", percentile(late, 0.5)), ("p99", percentile(late, 0.99)), ("worst", max(late))]
