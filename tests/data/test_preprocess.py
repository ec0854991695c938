"""From pixels to numbers, against torchvision and numpy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms.v2 import functional as vision

from cnnstudio.core.errors import DataError
from cnnstudio.data.preprocess import channel_statistics, measured, normalise
from cnnstudio.data.spec import PreprocessSpec


def test_normalise_equals_torchvision():
    pixels = torch.randint(0, 256, (5, 3, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    mean, std = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)
    ours = normalise(pixels, PreprocessSpec(side=8, channels=3, mean=mean, std=std))
    theirs = vision.normalize(vision.to_dtype(pixels, torch.float32, scale=True), list(mean), list(std))
    assert ours.dtype == torch.float32
    torch.testing.assert_close(ours, theirs)


def test_normalise_without_statistics_is_refused():
    with pytest.raises(DataError, match="no mean"):
        normalise(torch.zeros(1, 3, 8, 8, dtype=torch.uint8), PreprocessSpec(side=8))


@given(st.integers(1, 700), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_channel_statistics_equal_numpys(n, channels, seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (n, channels, 2, 2), np.uint8)
    mean, std = channel_statistics(pixels, np.arange(n))
    scaled = pixels / 255
    np.testing.assert_allclose(mean, scaled.mean(axis=(0, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(std, np.maximum(scaled.std(axis=(0, 2, 3)), 1 / 255), atol=1e-6)


def test_only_the_chosen_images_are_measured():
    pixels = np.zeros((4, 1, 2, 2), np.uint8)
    pixels[2:] = 255
    assert channel_statistics(pixels, np.array([0, 1]))[0] == (0.0,)
    assert channel_statistics(pixels, np.array([2, 3]))[0] == (1.0,)


def test_a_constant_channel_keeps_a_harmless_spread():
    _, std = channel_statistics(np.full((3, 1, 4, 4), 90, np.uint8), np.arange(3))
    assert std == (round(1 / 255, 6),)


def test_given_statistics_are_kept():
    spec = PreprocessSpec(side=8, channels=1, mean=(0.1,))
    filled = measured(np.full((3, 1, 8, 8), 255, np.uint8), np.arange(3), spec)
    assert filled.mean == (0.1,)
    assert filled.std == (round(1 / 255, 6),)
