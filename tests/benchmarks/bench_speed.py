"""Does the window, and do checkpoints and events, cost training speed?

LeNet-5 on the digits, batch 32, SGD with momentum, one thread, validation after each epoch: the window with its curves
drawn, `cnnstudio train`, and a plain torch loop on the same tensors, all in plain float32; and `cnnstudio train` in the
way that it finds to be the fastest. The pace of a machine drifts by a tenth within seconds: all four are started, and
take turns of some seconds in which the others are stopped.
"""

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.measure import median, temporary_folder

ROUNDS, TURN_S, SETTLE_S = 12, 4.0, 0.5
PAIRS = (("window", "cnnstudio train"), ("cnnstudio train", "plain torch"), ("as it comes", "plain torch"))
PLAIN_WAY = {"precision": "fp32", "channels_last": "off", "compile": "off"}

COUNTING = """
import json, mmap, struct, sys
with open(sys.argv[1], "r+b") as file:
    board = mmap.mmap(file.fileno(), 8)
def tell(images):
    board[:] = struct.pack("<q", images)
settings = json.loads(sys.argv[2])
def watch_steps():
    from cnnstudio.training.trainer import Trainer
    plain = Trainer._step
    def step(trainer, images, targets):
        plain(trainer, images, targets)
        tell(trainer.position.step * 32)
    Trainer._step = step
"""

WINDOW = """
from cnnstudio.gui.app import prepare_start
prepare_start()
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
session.set_config(session.config.replace(epochs=100_000, threads=1, **settings))
window.show_page("train")
watch_steps()
session.training.start(is_checked=True)
app.exec()
"""

COMMAND = """
import tempfile
from cnnstudio.cli.main import main
words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
words += ["--epochs", "100000", "--set", "threads=1", "--out", tempfile.mkdtemp() + "/run"]
watch_steps()
main(["train", "--data", "digits", "--network", "lenet5", *words])
"""

PLAIN = """
import torch
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
step = 0
while True:
    net.train()
    for chosen in torch.randperm(len(x)).split(32):
        loss = functional.cross_entropy(net(x[chosen]), y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        tell(step * 32)
    net.eval()
    with torch.no_grad():
        logits = net(val_x)
        functional.cross_entropy(logits, val_y).item(), (logits.argmax(1) == val_y).sum().item()
"""


class Runner:
    """A training in a process of its own, which tells its images by a shared page and runs in its turns only."""

    def __init__(self, place: Path, code: str, settings: dict[str, str]) -> None:
        place.mkdir()
        path = place / "images"
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._board = mmap.mmap(file.fileno(), 8)
        surroundings = {**os.environ, "CNNSTUDIO_HOME": str(place), "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-c", COUNTING + code, str(path), json.dumps(settings)]
        self._process = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL)
        while self.images < 20_000:
            time.sleep(0.1)
        self._process.send_signal(signal.SIGSTOP)

    @property
    def images(self) -> int:
        """Images that went through the network so far."""
        return int(struct.unpack("<q", self._board[:])[0])

    def turn(self) -> float:
        """Run for some seconds; images a second, the first moments left out."""
        self._process.send_signal(signal.SIGCONT)
        time.sleep(SETTLE_S)
        before, began_s = self.images, time.perf_counter()
        time.sleep(TURN_S)
        rate = (self.images - before) / (time.perf_counter() - began_s)
        self._process.send_signal(signal.SIGSTOP)
        return rate

    def end(self) -> None:
        """End it, as it stands."""
        self._process.kill()
        self._process.wait()


@contextmanager
def runners() -> Iterator[dict[str, Runner]]:
    """All four, started one after the other and stopped."""
    codes = {"window": WINDOW, "cnnstudio train": COMMAND, "plain torch": PLAIN, "as it comes": COMMAND}
    started: dict[str, Runner] = {}
    with temporary_folder() as place:
        try:
            for number, (way, code) in enumerate(codes.items()):
                started[way] = Runner(place / str(number), code, {} if way == "as it comes" else PLAIN_WAY)
            yield started
        finally:
            for runner in started.values():
                runner.end()


def run() -> None:
    """Print images a second of the four, and the medians of the rounds' ratios."""
    with runners() as started:
        rounds = [{way: runner.turn() for way, runner in started.items()} for _ in range(ROUNDS)]
    for way in rounds[0]:
        rates = [each[way] for each in rounds]
        print(f"  {way:<16} {median(rates):>7,.0f} images/s  ({min(rates):,.0f} to {max(rates):,.0f})")
    for one, other in PAIRS:
        ratios = [each[one] / each[other] for each in rounds]
        print(f"  {one} / {other} = {median(ratios):.3f}  ({min(ratios):.3f} to {max(ratios):.3f})")
