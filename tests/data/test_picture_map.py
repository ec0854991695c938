"""The map of pictures against scikit-learn and counts by hand."""

import numpy as np
import pytest

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.picture_map import MAP_MOST, flat_pixels, laid_out, picture_map, share_of_own_class
from tests.data.dark_and_bright import dataset


@pytest.mark.slow
def test_the_main_direction_parts_dark_from_bright():
    found = picture_map(dataset(), "pca", JobContext())
    assert found.numbers.tolist() == list(range(1, 40))
    dark, bright = found.points[found.numbers < 20, 0], found.points[found.numbers >= 20, 0]
    assert dark.max() < bright.min() or bright.max() < dark.min()
    assert found.points.min() == 0
    assert found.points.max() == 1
    assert 0.5 < found.kept <= 1
    assert found.thumbnails.shape == (39, 24, 24, 3)


@pytest.mark.slow
def test_neighbours_are_laid_out_by_t_sne_and_large_sets_are_sampled():
    assert picture_map(dataset(), "tsne", JobContext()).points.shape == (39, 2)
    assert len(picture_map(dataset(MAP_MOST + 50, 8), "pca", JobContext()).numbers) == MAP_MOST


@pytest.mark.slow
def test_the_main_directions_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    values = np.random.default_rng(1).normal(size=(39, 12)).astype(np.float32)
    data, numbers = dataset(), np.arange(1, 40)
    found = laid_out(data, numbers, data.pixels[numbers], values, "pca", JobContext())
    fitted = PCA(2, svd_solver="full").fit(values)
    expected = fitted.transform(values)
    scaled = (expected - expected.min(axis=0)) / np.ptp(expected, axis=0)
    # A direction may point either way.
    for axis in range(2):
        same, turned = found.points[:, axis] - scaled[:, axis], found.points[:, axis] + scaled[:, axis] - 1
        assert min(np.abs(same).max(), np.abs(turned).max()) < 1e-4
    assert found.kept == pytest.approx(fitted.explained_variance_ratio_.sum(), rel=1e-4)


@pytest.mark.slow
def test_the_share_of_neighbours_of_the_own_class_is_that_of_all_distances():
    values, labels = np.random.default_rng(2).normal(size=(60, 5)), np.arange(60) % 3
    values[:, 0] += labels
    distances = np.linalg.norm(values[:, None] - values[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    near = np.argsort(distances, axis=1)[:, :10]
    expected = (labels[near] == labels[:, None]).mean()
    assert 0.4 < expected < 0.95
    assert share_of_own_class(values, labels) == pytest.approx(expected)


def test_small_pictures_are_means_of_blocks():
    pixels = np.random.default_rng(3).integers(0, 256, (2, 3, 35, 35), np.uint8)
    expected = pixels[:, :, :34, :34].reshape(2, 3, 17, 2, 17, 2).mean(axis=(3, 5))
    assert np.allclose(flat_pixels(pixels), expected.reshape(2, -1))
