"""Do events, the look into the layers, and the panels cost training speed?

LeNet-5 on the digits, batch 32, one thread, one process each, in alternating rounds: without an observer and without a
receiver; with the look into the layers and a receiver; and in the window with each of the panels in front.
"""

import json

from tests.benchmarks.measure import child, median

SECONDS, ROUNDS = 20, 3

TRAINER = """
import sys, tempfile, time
from pathlib import Path
import torch
from cnnstudio.cli.train import fitted_network, recipe
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.feeding import split_batches, training_batches
from cnnstudio.network.compile import compile_network
from cnnstudio.training.health import HealthObserver
from cnnstudio.training.plan import Plan
from cnnstudio.training.trainer import Trainer
torch.set_num_threads(1)
spec, config = recipe("digits", 100000, None, ["threads=1"])
dataset = open_dataset(spec, JobContext())
network = compile_network(fitted_network("lenet5", dataset), seed=1)
cpu = torch.device("cpu")
train = training_batches(dataset, dataset.spec.augment, 32, 1, cpu, 0)
val = split_batches(dataset, "val", 256, 1, cpu)
observers = (HealthObserver(),) if sys.argv[2] == "watched" else ()
received = []
trainer = Trainer(network, train, val, config, cpu, Path(tempfile.mkdtemp()), plan=Plan(threads=1), observers=observers)
ctx, end = JobContext(), time.monotonic() + float(sys.argv[1])
class Until(JobContext):
    @property
    def is_cancel_requested(self):
        return time.monotonic() > end
began = time.monotonic()
trainer.run(Until(), received.append if observers else lambda event: None)
print(trainer.position.step * 32 / (time.monotonic() - began))
"""

WINDOW = """
import sys, time
from cnnstudio.gui.app import prepare_start
prepare_start()
from PySide6.QtCore import QEventLoop, QTimer
from cnnstudio.gui.launch import make_app
app = make_app()
from cnnstudio.data.spec import parse_source
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.session import Session
window = MainWindow(Session(Jobs()))
window.show()
session = window.session
import torch, sklearn.datasets
session.new_project(parse_source("digits"), "lenet5")
while session.dataset is None or session.graph is None:
    app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
fixed = {"precision": "fp32", "channels_last": "off", "compile": "off"}
session.set_config(session.config.replace(epochs=100000, threads=1, **fixed))
window.show_page("train")
seen = []
def note(events):
    for event in events:
        if type(event).__name__ == "StepsDone":
            seen.append((time.monotonic(), event.last_step))
            if seen[-1][0] - seen[0][0] > float(sys.argv[1]):
                app.exit()
session.training.events.connect(note)
session.training.start(is_checked=True)
QTimer.singleShot(1500, lambda: window.page("train").view.panels.show_tab(sys.argv[2]))
app.exec()
print((seen[-1][1] - seen[0][1]) * 32 / (seen[-1][0] - seen[0][0]))
window.close_without_asking()
"""


def run(seconds: float = SECONDS, rounds: int = ROUNDS) -> None:
    """Print images a second of each way, and its share of the bare trainer's."""
    ways = {"bare": (TRAINER, "bare"), "watched": (TRAINER, "watched")}
    ways |= {f"window, {tab}": (WINDOW, tab) for tab in ("curves", "layers", "pace")}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, (code, argument) in ways.items():
            rates[way].append(float(json.loads(child(code, str(seconds), argument).splitlines()[-1])))
    for way, values in rates.items():
        share = median(values) / median(rates["bare"])
        spread = f"({min(values):,.0f} to {max(values):,.0f})"
        print(f"  {way:<16} {median(values):>8,.0f} images/s {spread}: {share:.1%} of the bare trainer")
