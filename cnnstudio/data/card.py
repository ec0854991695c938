"""A data set at a glance: mean pictures, levels and sizes."""

from dataclasses import dataclass

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import EXCLUDED, Dataset

BATCH = 1_024


@dataclass(frozen=True, eq=False)
class DataCard:
    """What the tab Overview shows.

    Args:
        mean: uint8, shape (C, H, W): mean of all pictures in use.
        class_means: uint8, shape (classes, C, H, W); black where a class has none.
        levels: int64, shape (C, 256): how often each level occurs.
        sizes: Smallest, median and largest width and height of the files; None where there are no files.
    """

    mean: np.ndarray
    class_means: np.ndarray
    levels: np.ndarray
    sizes: tuple[tuple[int, int], tuple[int, int], tuple[int, int]] | None


def data_card(dataset: Dataset, ctx: JobContext) -> DataCard:
    """Means, levels and sizes, from one pass over all pictures in use."""
    shape, n_classes = dataset.pixels.shape[1:], len(dataset.classes)
    sums, counts = np.zeros((n_classes, *shape)), np.zeros(n_classes, np.int64)
    levels = np.zeros((shape[0], 256), np.int64)
    used = dataset.indices("all")
    for start in range(0, len(used), BATCH):
        ctx.check()
        ctx.progress(start, len(used))
        part = used[start : start + BATCH]
        pixels, labels = np.asarray(dataset.pixels[part]), dataset.labels[part]
        for channel in range(shape[0]):
            levels[channel] += np.bincount(pixels[:, channel].ravel(), minlength=256)
        for label in np.unique(labels):
            sums[label] += pixels[labels == label].sum(axis=0, dtype=np.int64)
            counts[label] += np.count_nonzero(labels == label)
    means = sums / np.maximum(1, counts)[:, None, None, None]
    mean = sums.sum(axis=0) / max(1, counts.sum())
    return DataCard(np.rint(mean).astype(np.uint8), np.rint(means).astype(np.uint8), levels, _sizes(dataset))


def _sizes(dataset: Dataset) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]] | None:
    manifest = dataset.raw.manifest if dataset.raw is not None else None
    if manifest is None:
        return None
    sizes = manifest.sizes[manifest.readable][dataset.splits != EXCLUDED]
    if not len(sizes):
        return None
    order = sizes[np.argsort(sizes.astype(np.int64).prod(axis=1), kind="stable")]
    small, middle, large = (tuple(order[place].tolist()) for place in (0, len(order) // 2, -1))
    return (small, middle, large)
