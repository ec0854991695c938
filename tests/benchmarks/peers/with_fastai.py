"""The same training with fastai's Learner, its folder loader and its own transforms."""

import sys
import time
import warnings
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.plain_torch import MEAN, STD
from tests.benchmarks.peers.shared import BATCH, EPOCHS, IS_GREY, RATE, network


def main(folder: Path) -> None:
    """Train and print the images a second of the last epoch."""
    warnings.simplefilter("ignore")
    from fastai.vision.all import (
        SGD,
        Callback,
        CrossEntropyLossFlat,
        Flip,
        ImageDataLoaders,
        Learner,
        Normalize,
        PILImage,
        PILImageBW,
        RandomCrop,
        Resize,
        accuracy,
    )

    class Pace(Callback):
        def before_train(self) -> None:
            self.seen, self.started_s = 0, time.monotonic()

        def after_batch(self) -> None:
            if self.training:
                self.seen += len(self.yb[0])

        def after_train(self) -> None:
            self.rate = self.seen / (time.monotonic() - self.started_s)

    item_tfms: list[Any] = [Resize(32)] if IS_GREY else [RandomCrop(32)]
    stats = ([0.1], [0.3]) if IS_GREY else (MEAN, STD)
    batch_tfms = [*([] if IS_GREY else [Flip()]), Normalize.from_stats(*stats)]
    loaders = ImageDataLoaders.from_folder(
        folder,
        valid_pct=0.02,
        bs=BATCH,
        num_workers=2,
        img_cls=PILImageBW if IS_GREY else PILImage,
        item_tfms=item_tfms,
        batch_tfms=batch_tfms,
    )
    pace = Pace()
    learner = Learner(loaders, network(), loss_func=CrossEntropyLossFlat(), opt_func=SGD, metrics=accuracy, cbs=[pace])
    with learner.no_bar(), learner.no_logging():
        learner.fit(EPOCHS, RATE)
    print(pace.rate)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
