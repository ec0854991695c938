"""A training script as many are written: torch, torchvision's folder and transforms, a DataLoader with two workers."""

import sys
import time
from pathlib import Path

import torch
from torch.nn import functional
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from tests.benchmarks.peers.shared import BATCH, EPOCHS, IS_GREY, RATE, network

MEAN, STD = (0.491, 0.482, 0.447), (0.247, 0.243, 0.262)


def batches(folder: Path) -> DataLoader:
    """Normalised batches; those in colour are flipped and shifted."""
    if IS_GREY:
        steps = [transforms.Grayscale(), transforms.Resize(32), transforms.ToTensor(), transforms.Normalize(0.1, 0.3)]
    else:
        distort = [transforms.RandomHorizontalFlip(), transforms.RandomCrop(32, padding=4)]
        steps = [*distort, transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    transform = transforms.Compose(steps)
    data = datasets.ImageFolder(str(folder), transform)
    return DataLoader(data, BATCH, shuffle=True, num_workers=2, persistent_workers=True, drop_last=True)


def main(folder: Path) -> None:
    """Train and print the images a second of the last epoch."""
    loader = batches(folder)
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=0.9, weight_decay=1e-4)
    for _ in range(EPOCHS):
        net.train()
        seen, started_s = 0, time.monotonic()
        for images, labels in loader:
            loss = functional.cross_entropy(net(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen += len(labels)
        rate = seen / (time.monotonic() - started_s)
    print(rate)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
