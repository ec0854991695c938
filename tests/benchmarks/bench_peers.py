"""How fast is a training from a folder of files, beside its limit and beside other programs?

ResNet-20 in CIFAR form on JPEG files with flips and shifted crops, and LeNet-5 on MNIST as PNG files; batch 128, images
a second of the second epoch. The limit is one batch in memory repeated in the same number format and layout. The
others run where they are installed: in this interpreter or in the one that CNNSTUDIO_PEERS names. CNNSTUDIO_CIFAR and
CNNSTUDIO_MNIST name folders with one subfolder for each class, CNNSTUDIO_COUNT how many images are taken.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import child, median, temporary_folder

ROUNDS = int(os.environ.get("CNNSTUDIO_ROUNDS", "1"))
COUNT = int(os.environ.get("CNNSTUDIO_COUNT", "10000"))
PEERS = ("plain_torch", "with_lightning", "with_fastai", "with_keras")


@dataclass(frozen=True)
class Task:
    """A network, what it learns from, and the name of its class in the exported source."""

    network: str
    source_class: str
    folder: str
    channels: int
    augment: str


TASKS = (
    Task("resnet20", "ResNet20", "CNNSTUDIO_CIFAR", 3, "CIFAR"),
    Task("lenet5", "LeNet5", "CNNSTUDIO_MNIST", 1, "none"),
)

# As long a training as people make, of which two epochs are waited for: what pays in a minute may not in an hour.
OURS = """
import json, subprocess, sys, tempfile
from pathlib import Path
out = Path(tempfile.mkdtemp()) / "run"
words = ["--data", sys.argv[1], "--network", sys.argv[2], "--epochs", "60", "--augment", sys.argv[3]]
words += ["--set", f"data.preprocess.channels={sys.argv[4]}", "--set", "data.preprocess.side=32"]
words += ["--set", "data.split.test=0.02", "--set", "data.split.val=0.02", "--set", "batch=128"]
words += ["--set", "optimizer.rate=0.05", "--out", str(out), "--json"]
command = [sys.executable, "-m", "cnnstudio", "train", *words]
rates = []
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as training:
    for line in training.stdout:
        told = json.loads(line)
        if told["event"] == "epoch_done":
            rates.append(told["images_per_s"])
        if len(rates) == 2:
            training.terminate()
print(json.dumps([rates[1], json.loads((out / "plan.json").read_text())]))
"""

LIMIT = """
from cnnstudio.core.allocation import keep_freed_memory
keep_freed_memory()
import json, sys, time, torch
from torch.nn import functional
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.training.plan import Plan
plan = Plan(**json.loads(sys.argv[1]))
device = torch.device("cpu")
channels = int(sys.argv[3])
network = plan.apply(compile_network(fit_architecture(sys.argv[2], (channels, 32, 32), 10), seed=1), device)
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, fused=plan.fused)
forward = plan.fast(network)
network.train()
images, labels = plan.place(torch.randn(128, channels, 32, 32)), torch.randint(0, 10, (128,))
times = []
for step in range(110):
    started = time.monotonic()
    with plan.autocast(device):
        loss = functional.cross_entropy(forward(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    times.append(time.monotonic() - started)
print(128 * 100 / sum(times[10:]))
"""


def run() -> None:
    """Print images a second of each, and the ratios of medians, for both networks."""
    for task in TASKS:
        if os.environ.get(task.folder):
            _compare(task)
        else:
            print(f"  {task.network}: not measured; set {task.folder} to a folder with one subfolder for each class")


def _compare(task: Task) -> None:
    with temporary_folder() as place:
        folder = _images(place, Path(os.environ[task.folder]))
        rates: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            said = child(OURS, str(folder), task.network, task.augment, str(task.channels))
            ours, plan = json.loads(said.splitlines()[-1])
            limit = float(child(LIMIT, json.dumps(plan), task.network, str(task.channels)).splitlines()[-1])
            for name, rate in {"cnnstudio": ours, "limit": limit, **_peers(place, folder, task)}.items():
                rates.setdefault(name, []).append(rate)
    print(f"  {task.network}: {plan['precision']}, channels_last {plan['channels_last']}, {plan['why']}")
    for name, values in rates.items():
        print(f"    {name:<16} {median(values):>7,.0f} images/s  ({min(values):,.0f} to {max(values):,.0f})")
    medians = {name: median(values) for name, values in rates.items()}
    ours, limit = medians.pop("cnnstudio"), medians.pop("limit")
    print(f"    cnnstudio / limit = {ours / limit:.3f}")
    if medians:
        fastest = max(medians, key=lambda name: medians[name])
        print(f"    cnnstudio / fastest of the others ({fastest}) = {ours / medians[fastest]:.2f}")


def _images(place: Path, source: Path) -> Path:
    """A folder with the first images of each class."""
    classes = sorted(path for path in source.iterdir() if path.is_dir())
    for kind in classes:
        (place / "images" / kind.name).mkdir(parents=True)
        for file in sorted(kind.iterdir())[: COUNT // len(classes)]:
            shutil.copy(file, place / "images" / kind.name / file.name)
    return place / "images"


def _peers(place: Path, folder: Path, task: Task) -> dict[str, float]:
    """Images a second of each program that is there."""
    from cnnstudio.network.source import source_code
    from cnnstudio.network.zoo import fit_architecture

    graph = fit_architecture(task.network, (task.channels, 32, 32), 10)
    (place / "network.py").write_text(source_code(graph), encoding="utf-8")
    surroundings = {
        **os.environ,
        "PEERS_SOURCE": str(place / "network.py"),
        "PEERS_CLASS": task.source_class,
        "PYTHONPATH": str(Path.cwd()),
        "PYTHONWARNINGS": "ignore",
    }
    rates = {}
    for name in PEERS:
        python = os.environ.get("CNNSTUDIO_PEERS", sys.executable)
        done = subprocess.run(
            [python, "-m", f"tests.benchmarks.peers.{name}", str(folder)],
            env=surroundings,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"  {name}: not measured ({done.stderr.strip().splitlines()[-1][:100]})")
        else:
            rates[name] = float(done.stdout.strip().splitlines()[-1])
    return rates
