"""Does the data path keep up with the step: images a second with augmentation, beside one batch in memory repeated?

ResNet-20 in CIFAR form, batch 128, fp32, from a folder of JPEG files: one batch repeated (the limit), flip and crop and
the "photos" preset (each from a thread and from a worker process), and a plain torch DataLoader with Pillow and
torchvision's transforms. All take turns in one process, a few steps at a time, so that a busy machine slows all alike.
CNNSTUDIO_CIFAR names the folder (one subfolder of 32×32 images for each class), CNNSTUDIO_COUNT the images.
"""

import json
import os
import shutil
from pathlib import Path

from tests.benchmarks.measure import child, temporary_folder

ROUNDS = int(os.environ.get("CNNSTUDIO_ROUNDS", "12"))
COUNT = int(os.environ.get("CNNSTUDIO_COUNT", "10000"))
STEPS = int(os.environ.get("CNNSTUDIO_STEPS", "8"))

CODE = """
import itertools, json, statistics, sys, time
import torch
from pathlib import Path
from torch.nn import functional
from torchvision import datasets
from torchvision.transforms import v2
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augment_presets import preset
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.feeding import training_batches
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import data_spec
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture

BATCH, CPU = 128, torch.device("cpu")


def endless(batches):
    for epoch in itertools.count():
        yield from batches.epoch(epoch)


def folder_loader(path, workers):
    steps = [v2.RandomHorizontalFlip(), v2.RandomCrop(32, padding=4), v2.PILToTensor(),
             v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.25] * 3)]
    data = datasets.ImageFolder(path, v2.Compose(steps))
    loader = torch.utils.data.DataLoader(data, BATCH, shuffle=True, drop_last=True, num_workers=workers,
                                         persistent_workers=workers > 0)
    while True:
        yield from loader


def main():
    path, rounds, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    spec = data_spec(FolderSource(path=path))
    spec = spec.replace(preprocess=spec.preprocess.replace(side=32, channels=3))
    data = open_dataset(spec, JobContext())
    network = compile_network(fit_architecture("resnet20", (3, 32, 32), len(data.classes)), seed=1).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    held = next(iter(training_batches(data, preset("none", 32), BATCH, 1, CPU).epoch(0)))
    made, ways = [], {"one batch": itertools.repeat(held)}
    for name in ("cifar", "photos"):
        for workers in (0, 1):
            batches = training_batches(data, preset(name, 32), BATCH, 1, CPU, workers)
            made.append(batches)
            ways[f"{name}, {'a worker' if workers else 'a thread'}"] = endless(batches)
    ways["DataLoader, flip and crop"] = folder_loader(path, 0)
    ways["DataLoader, 1 worker"] = folder_loader(path, 1)
    seconds = {way: [] for way in ways}
    for turn in range(rounds + 1):
        for way, source in ways.items():
            times = []
            for _ in range(steps):
                started = time.perf_counter()
                images, labels = next(source)
                loss = functional.cross_entropy(network(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                times.append(time.perf_counter() - started)
            if turn:
                # The first step of a turn finds its batches ready, made while others had the turn.
                seconds[way] += times[2:]
    for batches in made:
        batches.close()
    print(json.dumps({way: [BATCH / t for t in times] for way, times in seconds.items()}))


if __name__ == "__main__":
    main()
"""


def run() -> None:
    """Print images a second of each way, and their share of the limit."""
    if "CNNSTUDIO_CIFAR" not in os.environ:
        print("  not measured: CNNSTUDIO_CIFAR names no folder")
        return
    with temporary_folder() as place:
        folder = _images(place, Path(os.environ["CNNSTUDIO_CIFAR"]))
        rates = json.loads(child(CODE, str(folder), str(ROUNDS), str(STEPS)).splitlines()[-1])
    means = {way: len(values) / sum(1 / value for value in values) for way, values in rates.items()}
    limit = means["one batch"]
    for way, rate in means.items():
        print(f"  {way:<26} {rate:>7,.0f} images/s  {rate / limit:>6.1%} of one batch repeated")


def _images(place: Path, source: Path) -> Path:
    """A folder with the first images of each class."""
    kinds = sorted(path for path in source.iterdir() if path.is_dir())
    for kind in kinds:
        (place / "images" / kind.name).mkdir(parents=True)
        for file in sorted(kind.iterdir())[: COUNT // len(kinds)]:
            shutil.copy(file, place / "images" / kind.name / file.name)
    return place / "images"
