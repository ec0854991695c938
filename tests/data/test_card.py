"""The data card against counts by hand."""

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.card import data_card
from cnnstudio.data.dataset import EXCLUDED, Dataset
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.spec import data_spec


def dataset(n: int = 40, side: int = 16) -> Dataset:
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


def test_means_and_levels_leave_out_what_is_left_out():
    data = dataset()
    card = data_card(data, JobContext())
    assert np.array_equal(card.class_means[0], np.rint(data.pixels[1:20].mean(axis=0)))
    assert np.array_equal(card.class_means[1], np.rint(data.pixels[20:].mean(axis=0)))
    assert np.array_equal(card.mean, np.rint(data.pixels[1:].mean(axis=0)))
    assert not card.class_means[2].any()
    assert card.levels.sum(axis=1).tolist() == [39 * 256] * 3
    assert card.levels[0, 7] == np.count_nonzero(data.pixels[1:, 0] == 7)
    assert card.sizes is None
