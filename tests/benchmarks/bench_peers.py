"""How fast is a training from a folder of JPEG files, beside its limit and beside other programs?

ResNet-20 in CIFAR form, batch 128, flips and shifted crops, images a second of the second epoch. The limit is one batch
in memory repeated in the same number format and layout. The others run where they are installed: in this interpreter
or in the one that CNNSTUDIO_PEERS names. CNNSTUDIO_CIFAR names the folder (train/<class>/*.jpg), _COUNT the images.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.benchmarks.measure import child, median, temporary_folder

ROUNDS = int(os.environ.get("CNNSTUDIO_ROUNDS", "1"))
COUNT = int(os.environ.get("CNNSTUDIO_COUNT", "10000"))
ARCHIVE = Path("../shared/data/cifar10-jpeg.tar.xz")
PEERS = ("plain_torch", "with_lightning", "with_fastai", "with_keras")

OURS = """
import json, subprocess, sys, tempfile
from pathlib import Path
out = Path(tempfile.mkdtemp()) / "run"
words = ["--data", sys.argv[1], "--network", "resnet20", "--epochs", "2", "--augment", "CIFAR", "--set", "batch=128"]
words += ["--set", "optimizer.rate=0.1", "--set", "data.preprocess.side=32", "--set", "data.split.test=0.02"]
words += ["--set", "data.split.val=0.02", "--out", str(out), "--json"]
command = [sys.executable, "-m", "cnnstudio", "train", *words]
done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
lines = [json.loads(line) for line in done.stdout.splitlines()]
rate = [line["images_per_s"] for line in lines if line["event"] == "epoch_done"][-1]
print(json.dumps([rate, json.loads((out / "plan.json").read_text())]))
"""

LIMIT = """
import json, sys, time, torch
from torch.nn import functional
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.training.plan import Plan
plan = Plan(**json.loads(sys.argv[1]))
device = torch.device("cpu")
network = plan.apply(compile_network(fit_architecture("resnet20", (3, 32, 32), 10), seed=1), device)
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, fused=plan.fused)
forward = plan.fast(network)
images, labels = plan.place(torch.randn(128, 3, 32, 32)), torch.randint(0, 10, (128,))
network.train()
times = []
for step in range(60):
    started = time.monotonic()
    with plan.autocast(device):
        loss = functional.cross_entropy(forward(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    times.append(time.monotonic() - started)
print(128 * 50 / sum(times[10:]))
"""


def run() -> None:
    """Print images a second of each, and the ratios of medians."""
    with temporary_folder() as place:
        folder = _images(place)
        rates: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            ours, plan = json.loads(child(OURS, str(folder)).splitlines()[-1])
            rates.setdefault("cnnstudio", []).append(ours)
            rates.setdefault("limit", []).append(float(child(LIMIT, json.dumps(plan)).splitlines()[-1]))
            for name, rate in _peers(place, folder).items():
                rates.setdefault(name, []).append(rate)
    print(
        f"  plan: {plan['precision']}, channels_last {plan['channels_last']}, {plan['threads']} threads. {plan['why']}"
    )
    for name, values in rates.items():
        print(f"  {name:<16} {median(values):>7,.0f} images/s  ({min(values):,.0f} to {max(values):,.0f})")
    medians = {name: median(values) for name, values in rates.items()}
    ours, limit = medians.pop("cnnstudio"), medians.pop("limit")
    print(f"  cnnstudio / limit = {ours / limit:.3f}")
    if medians:
        fastest = max(medians, key=lambda name: medians[name])
        print(f"  cnnstudio / fastest of the others ({fastest}) = {ours / medians[fastest]:.2f}")


def _images(place: Path) -> Path:
    """A folder with the first images of each class."""
    source = Path(os.environ.get("CNNSTUDIO_CIFAR", ""))
    if not os.environ.get("CNNSTUDIO_CIFAR"):
        if not ARCHIVE.exists():
            raise SystemExit("Set CNNSTUDIO_CIFAR to a folder with one subfolder of 32×32 images for each class.")
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(place / "all", filter="data")
        source = next((place / "all").rglob("train"))
    classes = sorted(path for path in source.iterdir() if path.is_dir())
    for kind in classes:
        (place / "images" / kind.name).mkdir(parents=True)
        for file in sorted(kind.iterdir())[: COUNT // len(classes)]:
            shutil.copy(file, place / "images" / kind.name / file.name)
    return place / "images"


def _peers(place: Path, folder: Path) -> dict[str, float]:
    """Images a second of each program that is there."""
    from cnnstudio.network.source import source_code
    from cnnstudio.network.zoo import fit_architecture

    (place / "resnet20.py").write_text(source_code(fit_architecture("resnet20", (3, 32, 32), 10)), encoding="utf-8")
    surroundings = {
        **os.environ,
        "RESNET20_SOURCE": str(place / "resnet20.py"),
        "RESNET20_CLASS": "ResNet20",
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
