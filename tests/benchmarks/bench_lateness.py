"""How late is a 5 ms timer in the GUI thread while a network is prepared, compiled and trained, and its curves drawn?

LeNet-5 and ResNet-20 on the digits, in a training long enough to be compiled: with the curves in front, and with every
panel of the Train page shown in turn, for two seconds each.
"""

import json

from tests.benchmarks.measure import child, percentile

SECONDS = 30

CODE = """
import json, sys, time
from cnnstudio.gui.app import prepare_start
prepare_start()
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
session.new_project(parse_source("digits"), sys.argv[2])
while session.dataset is None or session.graph is None:
    app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
session.set_config(session.config.replace(epochs=100000))
window.show_page("train")
page = window.page("train")
late, last, trains, end = {False: [], True: []}, [time.perf_counter()], [False], [float("inf")]
from cnnstudio.gui.pages.train_panels import TABS
panels, keys = page.view.panels, [key for key, *_ in TABS]
def tick():
    now = time.perf_counter()
    late[trains[0]].append(max(0.0, (now - last[0]) * 1000 - 5))
    last[0] = now
    if time.monotonic() > end[0]:
        app.exit()
    elif not trains[0] and page.view.curves.loss.points("validation") >= 3:
        trains[0], end[0] = True, time.monotonic() + float(sys.argv[1])
timer = QTimer(interval=5, timerType=Qt.TimerType.PreciseTimer)
timer.timeout.connect(tick)
turn = QTimer(interval=2000)
turn.timeout.connect(lambda: panels.show_tab(keys[(keys.index(panels.tabs.current()) + 1) % len(keys)]))
session.training.start(is_checked=True)
timer.start()
if sys.argv[3] == "turns":
    turn.start()
app.exec()
timer.stop()
turn.stop()
late = [late[False], late[True]]
print(json.dumps([late, page.view.curves.loss.points("training")]))
window.close_without_asking()
"""


def run() -> None:
    """Print p50, p99 and the worst, before the first three epochs are over and in the 30 s after that."""
    for network, panels in (("lenet5", "curves"), ("lenet5", "turns"), ("resnet20", "turns")):
        said, points = json.loads(child(CODE, str(SECONDS), network, panels).splitlines()[-1])
        shown = "its curves drawn" if panels == "curves" else "all panels in turn"
        for when, late in zip(("prepared", f"trained, {shown}"), said, strict=True):
            figures = ", ".join(f"{name} {value:.1f} ms" for name, value in _figures(late))
            print(f"  {network} being {when}: {len(late):,} ticks late by {figures}")
        print(f"  {network}: {points:,} points on the curves")


def _figures(late: list[float]) -> list[tuple[str, float]]:
    return [("p50", percentile(late, 0.5)), ("p99", percentile(late, 0.99)), ("worst", max(late))]
