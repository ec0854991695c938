"""Does the window, and do checkpoints and events, cost training speed?

LeNet-5 on the digits, batch 32, SGD with momentum, one thread, validation after each epoch: the window with its curves
drawn, `cnnstudio train`, and a plain torch loop on the same tensors, all in plain float32; and `cnnstudio train` in the
way that it finds to be the fastest. The pace of a machine drifts, so each round's ways are compared with each other.
"""

import json

from tests.benchmarks.measure import child, median

EPOCHS, ROUNDS = 80, 5
PLAIN_WAY = {"precision": "fp32", "channels_last": "off", "compile": "off"}

WINDOW = """
import json, sys, time
from PySide6.QtCore import QEventLoop
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
session.set_config(session.config.replace(epochs=int(sys.argv[1]), threads=1, **json.loads(sys.argv[2])))
window.show_page("train")
times = []
def note(events):
    for event in events:
        if type(event).__name__ in ("RunStarted", "RunEnded"):
            times.append(time.monotonic())
            if len(times) == 2:
                app.exit()
session.training.events.connect(note)
session.training.start()
app.exec()
print(times[1] - times[0])
window.close_without_asking()
"""

COMMAND = """
import json, sys, time, tempfile
from pathlib import Path
from cnnstudio.cli.train import make_run, recipe
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.execute import train_run
times = []
def note(event):
    if type(event).__name__ in ("RunStarted", "RunEnded"):
        times.append(time.monotonic())
ctx = JobContext(note)
spec, config = recipe("digits", int(sys.argv[1]), None, ["threads=1"])
config = config.replace(**json.loads(sys.argv[2]))
run, dataset = make_run(ctx, spec, "lenet5", config, Path(tempfile.mkdtemp()) / "run")
train_run(ctx, run, dataset)
print(times[1] - times[0])
"""

PLAIN = """
import sys, time, torch
from torch.nn import functional
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.preprocess import normalise
from cnnstudio.data.spec import data_spec, parse_source
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture
torch.set_num_threads(1)
data = open_dataset(data_spec(parse_source("digits")), JobContext())
def split(name):
    chosen = data.indices(name)
    return normalise(torch.from_numpy(data.pixels[chosen]), data.spec.preprocess), torch.from_numpy(data.labels[chosen])
(x, y), (val_x, val_y) = split("train"), split("val")
net = compile_network(fit_architecture("lenet5", (1, 32, 32), 10), seed=1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
started = time.monotonic()
for epoch in range(int(sys.argv[1])):
    net.train()
    for chosen in torch.randperm(len(x)).split(32):
        loss = functional.cross_entropy(net(x[chosen]), y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        logits = net(val_x)
        functional.cross_entropy(logits, val_y).item(), (logits.argmax(1) == val_y).sum().item()
print(time.monotonic() - started)
"""


def run() -> None:
    """Print images a second of the four, and the medians of the rounds' ratios."""
    ways = {"window": WINDOW, "cnnstudio train": COMMAND, "plain torch": PLAIN, "as it comes": COMMAND}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, code in ways.items():
            settings = json.dumps({} if way == "as it comes" else PLAIN_WAY)
            rates[way].append(EPOCHS * 1259 / json.loads(child(code, str(EPOCHS), settings).splitlines()[-1]))
    for way, values in rates.items():
        print(f"  {way:<16} {median(values):>7,.0f} images/s  ({min(values):,.0f} to {max(values):,.0f})")
    for one, other in (
        ("window", "cnnstudio train"),
        ("cnnstudio train", "plain torch"),
        ("as it comes", "plain torch"),
    ):
        ratios = [mine / its for mine, its in zip(rates[one], rates[other], strict=True)]
        print(f"  {one} / {other} = {median(ratios):.3f}  ({min(ratios):.3f} to {max(ratios):.3f})")
