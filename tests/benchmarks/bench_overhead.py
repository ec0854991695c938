"""Do events, the look into the layers, and the panels cost training speed?

LeNet-5 on the digits, batch 32, one thread, one process each, in turns: without an observer and without a receiver;
with the look into the layers and a receiver; and in the window with each of the panels in front.
"""

import os

from tests.benchmarks.turns import Settings, taken_in_turns, tell

ROUNDS = int(os.environ.get("CNNSTUDIO_ROUNDS", "12"))
TABS = ("curves", "layers", "pace")

TRAINER = """
from cnnstudio.core.allocation import keep_freed_memory
keep_freed_memory()
import tempfile
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
observers = (HealthObserver(),) if settings["looks"] == "yes" else ()
received = []
trainer = Trainer(network, train, val, config, cpu, Path(tempfile.mkdtemp()), plan=Plan(threads=1), observers=observers)
watch_steps()
trainer.run(JobContext(), received.append if observers else lambda event: None)
"""

WINDOW = """
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
watch_steps()
session.training.start(is_checked=True)
QTimer.singleShot(1500, lambda: window.page("train").view.panels.show_tab(settings["tab"]))
app.exec()
"""


def run() -> None:
    """Print images a second of each way, and its share of the bare and of the watched trainer's."""
    ways: dict[str, tuple[str, Settings]] = {"bare": (TRAINER, {"looks": "no"}), "watched": (TRAINER, {"looks": "yes"})}
    windows = [f"window, {tab}" for tab in TABS]
    ways |= {name: (WINDOW, {"tab": tab}) for name, tab in zip(windows, TABS, strict=True)}
    pairs = [("watched", "bare"), *((name, other) for other in ("bare", "watched") for name in windows)]
    tell(taken_in_turns(ways, ROUNDS), *pairs)
