"""Pictures on a plane, alike ones side by side: alike in their pixels, or in what a network sees in them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset

MAP_SIDE, MAP_MOST, TSNE_MOST = 16, 3_000, 1_500
THUMBNAIL_SIDE = 24
NEIGHBOURS = 10
SEED = 0
Method = Literal["pca", "tsne"]


@dataclass(frozen=True, eq=False)
class PictureMap:
    """Pictures on a plane.

    Args:
        method: How they were laid out.
        numbers: Positions in the data set, int64, shape (M,).
        points: float32, shape (M, 2), from 0 to 1.
        thumbnails: uint8, shape (M, 24, 24, 3).
        kept: Share of the pictures' variance that the two directions hold; 0 where that has no meaning.
        together: Share of a picture's ten nearest neighbours that are of its own class, in the mean; before the
            values were brought down to two numbers.
    """

    method: Method
    numbers: np.ndarray
    points: np.ndarray
    thumbnails: np.ndarray
    kept: float
    together: float


def picture_map(dataset: Dataset, method: Method, ctx: JobContext) -> PictureMap:
    """Lay out up to 3,000 pictures (1,500 for t-SNE), drawn by chance, so that alike ones lie near each other.

    PCA: the two directions in which the pictures' pixels differ most. t-SNE keeps neighbours together.
    """
    numbers = sampled(dataset, method)
    ctx.progress(0, 0)
    pixels = np.asarray(dataset.pixels[numbers])
    return laid_out(dataset, numbers, pixels, flat_pixels(pixels), method, ctx)


def sampled(dataset: Dataset, method: Method) -> np.ndarray:
    """Positions of the pictures that a map shows, ascending: all of those in use, or as many as it can take."""
    used = dataset.indices("all")
    most = TSNE_MOST if method == "tsne" else MAP_MOST
    return np.sort(np.random.default_rng(SEED).permutation(used)[:most])


def laid_out(
    dataset: Dataset, numbers: np.ndarray, pixels: np.ndarray, values: np.ndarray, method: Method, ctx: JobContext
) -> PictureMap:
    """A map of pictures by some values of each.

    Args:
        dataset: Gives thumbnails and classes.
        numbers: Positions of the pictures.
        pixels: Theirs, shape (M, C, H, W).
        values: What they are told apart by, shape (M, F).
        method: How they are laid out.
        ctx: Asked whether to stop.
    """
    from sklearn.decomposition import PCA

    together = share_of_own_class(values, dataset.labels[numbers])
    ctx.check()
    fitted = PCA(min(50 if method == "tsne" else 2, *values.shape), random_state=SEED)
    flat = fitted.fit_transform(values)
    kept = float(np.nan_to_num(fitted.explained_variance_ratio_[:2]).sum())
    ctx.check()
    if method == "tsne":
        flat, kept = _neighbours(flat), 0.0
    return PictureMap(method, numbers, _from_0_to_1(flat), _thumbnails(dataset, numbers, pixels), kept, together)


def share_of_own_class(values: np.ndarray, labels: np.ndarray) -> float:
    """Which share of a picture's ten nearest neighbours is of its own class, in the mean over all pictures?"""
    from sklearn.neighbors import NearestNeighbors

    n = min(NEIGHBOURS, len(values) - 1)
    if n < 1:
        return 0.0
    # Without an argument a picture is no neighbour of its own.
    near = NearestNeighbors(n_neighbors=n, algorithm="brute").fit(values).kneighbors(return_distance=False)
    return float((labels[near] == labels[:, None]).mean())


def flat_pixels(pixels: np.ndarray) -> np.ndarray:
    """Pictures at most 16 × 16 large, as means of blocks; float32, shape (M, F)."""
    step = max(1, pixels.shape[-1] // MAP_SIDE)
    side = pixels.shape[-1] // step
    cut = pixels[:, :, : side * step, : side * step]
    blocks = cut.reshape(len(pixels), pixels.shape[1], side, step, side, step)
    return np.asarray(blocks.mean(axis=(3, 5), dtype=np.float32)).reshape(len(pixels), -1)


def _neighbours(flat: np.ndarray) -> np.ndarray:
    from sklearn.manifold import TSNE

    perplexity = min(30.0, max(1.0, (len(flat) - 1) / 3))
    return np.asarray(TSNE(2, perplexity=perplexity, init="pca", random_state=SEED).fit_transform(flat))


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
