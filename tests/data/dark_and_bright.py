"""A small data set whose classes anyone can tell apart."""

import numpy as np

from cnnstudio.data.dataset import EXCLUDED, Dataset
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.spec import data_spec


def dataset(n: int = 40, side: int = 16) -> Dataset:
    """A dark half and a bright half, a third class without pictures, the first picture left out."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 60, (n, 3, side, side), np.uint8)
    # The second half is bright.
    pixels[n // 2 :] += 180
    return Dataset(
        spec=data_spec(DigitsSource()),
        classes=("dark", "bright", "none"),
        names=tuple(map(str, range(n))),
        paths=(None,) * n,
        pixels=pixels,
        labels=(np.arange(n) >= n // 2).astype(np.int64),
        splits=np.array([EXCLUDED] + [0] * (n - 1), np.uint8),
        masks=None,
        problems=(),
        thumbnails=None,
    )
