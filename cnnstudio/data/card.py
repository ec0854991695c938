"""A data set at a glance: mean pictures, levels, sizes, and a map on which alike pictures lie side by side."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import EXCLUDED, Dataset

BATCH = 1_024
MAP_SIDE, MAP_MOST, TSNE_MOST = 16, 3_000, 1_500
THUMBNAIL_SIDE = 24
SEED = 0
Method = Literal["pca", "tsne"]


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


@dataclass(frozen=True, eq=False)
class PictureMap:
    """Pictures on a plane.

    Args:
        method: How they were laid out.
        numbers: Positions in the data set, int64, shape (M,).
        points: float32, shape (M, 2), from 0 to 1.
        thumbnails: uint8, shape (M, 24, 24, 3).
        kept: Share of the pictures' variance that the two directions hold; 0 where that has no meaning.
    """

    method: Method
    numbers: np.ndarray
    points: np.ndarray
    thumbnails: np.ndarray
    kept: float


def data_card(dataset: Dataset, ctx: JobContext) -> DataCard:
    """Means, levels and sizes, from one pass over all pictures in use."""
    shape, n_classes = dataset.pixels.shape[1:], len(dataset.classes)
    sums, counts = np.zeros((n_classes, *shape)), np.zeros(n_classes, np.int64)
    levels = np.zeros((shape[0], 256), np.int64)
    used = dataset.indices("all")
    for start in range(0, len(used), BATCH):
        ctx.check()
        ctx.progress(start, len(used), "Adding up the pictures")
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


def picture_map(dataset: Dataset, method: Method, ctx: JobContext) -> PictureMap:
    """Lay out up to 3,000 pictures (1,500 for t-SNE), drawn by chance, so that alike ones lie near each other.

    PCA: the two directions in which the pictures' pixels differ most. t-SNE keeps neighbours together.
    """
    from sklearn.decomposition import PCA

    used = dataset.indices("all")
    most = TSNE_MOST if method == "tsne" else MAP_MOST
    chosen = np.sort(np.random.default_rng(SEED).permutation(used)[:most])
    ctx.progress(0, 0, "Laying the pictures out")
    pixels = np.asarray(dataset.pixels[chosen])
    small = _shrunk(pixels).reshape(len(chosen), -1)
    ctx.check()
    fitted = PCA(min(50 if method == "tsne" else 2, *small.shape), random_state=SEED)
    flat = fitted.fit_transform(small)
    kept = float(fitted.explained_variance_ratio_[:2].sum())
    if method == "tsne":
        flat, kept = _neighbours(flat), 0.0
    ctx.check()
    return PictureMap(method, chosen, _from_0_to_1(flat), _thumbnails(dataset, chosen, pixels), kept)


def _neighbours(flat: np.ndarray) -> np.ndarray:
    from sklearn.manifold import TSNE

    perplexity = min(30.0, max(1.0, (len(flat) - 1) / 3))
    return np.asarray(TSNE(2, perplexity=perplexity, init="pca", random_state=SEED).fit_transform(flat))


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    """At most 16 × 16, as means of blocks; float32."""
    step = max(1, pixels.shape[-1] // MAP_SIDE)
    side = pixels.shape[-1] // step
    cut = pixels[:, :, : side * step, : side * step]
    blocks = cut.reshape(len(pixels), pixels.shape[1], side, step, side, step)
    return np.asarray(blocks.mean(axis=(3, 5), dtype=np.float32))


def _from_0_to_1(flat: np.ndarray) -> np.ndarray:
    points = np.zeros((len(flat), 2), np.float32)
    points[:, : flat.shape[1]] = flat[:, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    return np.asarray((points - low) / np.maximum(high - low, 1e-9))


def _thumbnails(dataset: Dataset, chosen: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    source = pixels.transpose(0, 2, 3, 1) if dataset.thumbnails is None else dataset.thumbnails[chosen]
    # By picking rows: at this size nobody sees the difference, and it is quick.
    rows = (np.arange(THUMBNAIL_SIDE) + 0.5) * source.shape[1] / THUMBNAIL_SIDE
    columns = (np.arange(THUMBNAIL_SIDE) + 0.5) * source.shape[2] / THUMBNAIL_SIDE
    small = source[:, rows.astype(int)[:, None], columns.astype(int)[None, :]]
    return np.ascontiguousarray(np.broadcast_to(small, (*small.shape[:3], 3)))


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
