"""The data card against counts by hand."""

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.card import data_card
from tests.data.dark_and_bright import dataset


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
