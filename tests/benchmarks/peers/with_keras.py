"""The same training with Keras on torch: networks of its own layers, fed by torch's DataLoader as its guide says."""

import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"
import keras
from keras import layers

from tests.benchmarks.peers.plain_torch import batches
from tests.benchmarks.peers.shared import BATCH, EPOCHS, IS_GREY, RATE

keras.config.set_image_data_format("channels_first")


def block(x: Any, filters: int, stride: int) -> Any:
    """Two 3×3 convolutions and a shortcut; option B where the sizes differ."""
    shortcut = x
    for step in (stride, 1):
        x = layers.Conv2D(filters, 3, step, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(axis=1)(x)
        x = layers.ReLU()(x) if step == stride and x is not shortcut else x
    if shortcut.shape[1] != filters:
        shortcut = layers.Conv2D(filters, 1, stride, use_bias=False)(shortcut)
    return layers.ReLU()(layers.Add()([x, shortcut]))


def resnet20() -> Any:
    """ResNet-20 in CIFAR form."""
    given = keras.Input((3, 32, 32))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(given)
    x = layers.ReLU()(layers.BatchNormalization(axis=1)(x))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        for number in range(3):
            x = block(x, filters, stride if number == 0 else 1)
    return keras.Model(given, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def lenet5() -> Any:
    """LeNet-5 with full connections, tanh and average pools."""
    given = keras.Input((1, 32, 32))
    x = given
    for filters in (6, 16):
        x = layers.AveragePooling2D(2)(layers.Conv2D(filters, 5, activation="tanh")(x))
    x = layers.Flatten()(layers.Conv2D(120, 5, activation="tanh")(x))
    return keras.Model(given, layers.Dense(10)(layers.Dense(84, activation="tanh")(x)))


class Pace(keras.callbacks.Callback):
    """Notes the time of each epoch."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.seen, self.started_s = 0, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen += BATCH

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.rate = self.seen / (time.monotonic() - self.started_s)


def main(folder: Path) -> None:
    """Train and print the images a second of the last epoch."""
    data = batches(folder)
    model, pace = (lenet5() if IS_GREY else resnet20()), Pace()
    model.compile(
        keras.optimizers.SGD(RATE, momentum=0.9, weight_decay=1e-4),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(data, epochs=EPOCHS, callbacks=[pace], verbose=0)
    print(pace.rate)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
