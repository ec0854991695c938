"""Does the window, and do checkpoints and events, cost training speed?

LeNet-5 on the digits, batch 32, SGD with momentum, one thread, validation after each epoch: the window with its curves
drawn, `cnnstudio train`, and a plain torch loop on the same tensors, all in plain float32; and `cnnstudio train` in the
way that it finds to be the fastest. All four are started, and take turns.
"""

from tests.benchmarks.turns import Settings, taken_in_turns, tell

ROUNDS = 12
PAIRS = (("window", "cnnstudio train"), ("cnnstudio train", "plain torch"), ("as it comes", "plain torch"))
PLAIN_WAY: Settings = {"precision": "fp32", "channels_last": "off", "compile": "off"}

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


def run() -> None:
    """Print images a second of the four, and the medians of the rounds' ratios."""
    codes = {"window": WINDOW, "cnnstudio train": COMMAND, "plain torch": PLAIN, "as it comes": COMMAND}
    ways = {way: (code, {} if way == "as it comes" else PLAIN_WAY) for way, code in codes.items()}
    tell(taken_in_turns(ways, ROUNDS), *PAIRS)
