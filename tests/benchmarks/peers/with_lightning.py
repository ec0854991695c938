"""The same training with Lightning's Trainer."""

import sys
import time
import warnings
from pathlib import Path
from typing import Any

import lightning
import torch
from torch.nn import functional

from tests.benchmarks.peers.plain_torch import batches
from tests.benchmarks.peers.shared import EPOCHS, RATE, network


class Classifier(lightning.LightningModule):
    """ResNet-20 with cross-entropy and SGD; notes when each epoch begins and ends."""

    def __init__(self) -> None:
        super().__init__()
        self.net, self.seen, self.started_s, self.rate = network(), 0, 0.0, 0.0

    def training_step(self, batch: Any, index: int) -> Any:
        images, labels = batch
        self.seen += len(labels)
        return functional.cross_entropy(self.net(images), labels)

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), lr=RATE, momentum=0.9, weight_decay=1e-4)

    def on_train_epoch_start(self) -> None:
        self.seen, self.started_s = 0, time.monotonic()

    def on_train_epoch_end(self) -> None:
        self.rate = self.seen / (time.monotonic() - self.started_s)


def main(folder: Path) -> None:
    """Train and print the images a second of the last epoch."""
    warnings.simplefilter("ignore")
    model = Classifier()
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=EPOCHS,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(model, batches(folder))
    print(model.rate)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
