"""A small network and a few images for the tests of the trainer."""

from pathlib import Path

import torch
from torch import nn

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.loader import Batches
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.trainer import Trainer

PREPROCESS = PreprocessSpec(side=8, channels=1, mean=(0.5,), std=(0.25,))


def images(count: int, classes: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise with a bright row at the class's height: learnable in seconds."""
    generator = torch.Generator().manual_seed(count)
    labels = torch.arange(count) % classes
    pixels = torch.randint(0, 120, (count, 1, 8, 8), generator=generator, dtype=torch.uint8)
    for index, label in enumerate(labels.tolist()):
        pixels[index, 0, 2 * label] = 250
    return pixels, labels


def network() -> nn.Module:
    """Convolution, batch norm and dropout: everything that can spoil a resume."""
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(), nn.Linear(4 * 36, 3)
    )


def trainer(folder: Path, config: TrainConfig, count: int = 50) -> Trainer:
    """A trainer on `count` toy images with 20 for validation."""
    train = Batches(*images(count), PREPROCESS, config.batch, config.seed)
    val = Batches(*images(20), PREPROCESS, 256)
    return Trainer(network(), train, val, config, torch.device("cpu"), folder)


class StopAt(JobContext):
    """Asks to stop once the trainer has made so many steps."""

    def __init__(self, trainer: Trainer, step: int) -> None:
        super().__init__()
        self._trainer, self._step = trainer, step

    @property
    def is_cancel_requested(self) -> bool:
        return self._trainer.position.step >= self._step
