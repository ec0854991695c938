"""Bringing pictures to size, against torch's own antialiased resize and hand-made squares."""

import numpy as np
import pytest
import torch
from PIL import Image

from cnnstudio.core.errors import DataError
from cnnstudio.data.preprocess import to_pixels
from cnnstudio.data.spec import PreprocessSpec


def torch_resized(image: np.ndarray, side: int) -> np.ndarray:
    planes = torch.from_numpy(image.transpose(2, 0, 1).astype(np.float32))[None]
    small = torch.nn.functional.interpolate(planes, (side, side), mode="bilinear", antialias=True)
    return small[0].numpy()


@pytest.mark.parametrize(("width", "height"), [(50, 40), (17, 90), (8, 8), (200, 200)])
def test_stretching_equals_torch_within_one_level(picture, width, height):
    image = np.asarray(picture(width, height))
    pixels = to_pixels(image, PreprocessSpec(side=32, channels=3, resize="stretch"))
    assert pixels.shape == (3, 32, 32)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels - torch_resized(image, 32)).max() <= 1


def test_crop_takes_the_middle_square(picture):
    image = np.asarray(picture(100, 40))
    pixels = to_pixels(image, PreprocessSpec(side=16, channels=3, resize="crop"))
    assert np.abs(pixels - torch_resized(image[:, 30:70], 16)).max() <= 1


def test_letterbox_keeps_the_whole_picture_between_grey_borders(picture):
    image = np.asarray(picture(100, 50))
    pixels = to_pixels(image, PreprocessSpec(side=20, channels=3, resize="letterbox"))
    assert (pixels[:, :5] == 128).all()
    assert (pixels[:, 15:] == 128).all()
    whole = torch.from_numpy(image.transpose(2, 0, 1).astype(np.float32))[None]
    small = torch.nn.functional.interpolate(whole, (10, 20), mode="bilinear", antialias=True)[0].numpy()
    assert np.abs(pixels[:, 5:15] - small).max() <= 1


@pytest.mark.parametrize("resize", ["stretch", "crop", "letterbox"])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 5000), (5000, 1), (3, 2)])
def test_any_size_becomes_a_square(resize, width, height):
    image = np.full((height, width, 3), 200, np.uint8)
    pixels = to_pixels(image, PreprocessSpec(side=24, channels=3, resize=resize))
    assert pixels.shape == (3, 24, 24)
    assert (pixels == 200).any()


def test_a_picture_of_the_right_size_is_not_changed(picture):
    image = np.asarray(picture(32, 32))
    pixels = to_pixels(image, PreprocessSpec(side=32, channels=3))
    assert np.array_equal(pixels, image.transpose(2, 0, 1))


def test_colour_becomes_grey_by_rec_601_luma():
    red, green, blue = 200, 100, 50
    image = np.full((8, 8, 3), (red, green, blue), np.uint8)
    pixels = to_pixels(image, PreprocessSpec(side=8, channels=1))
    assert pixels.shape == (1, 8, 8)
    assert abs(int(pixels[0, 0, 0]) - (0.299 * red + 0.587 * green + 0.114 * blue)) <= 1


@pytest.mark.parametrize("shape", [(9, 9), (9, 9, 1)])
def test_grey_becomes_colour_by_repetition(shape):
    image = np.arange(81, dtype=np.uint8).reshape(shape)
    pixels = to_pixels(image, PreprocessSpec(side=9, channels=3))
    assert np.array_equal(pixels, np.repeat(image.reshape(1, 9, 9), 3, axis=0))


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4), np.uint8), np.zeros(4, np.uint8)]
)
def test_what_is_no_picture_is_refused(array):
    with pytest.raises(DataError, match="is not a picture"):
        to_pixels(array, PreprocessSpec(side=8))


def test_pillow_agrees_with_the_stretch_to_the_last_bit(picture):
    image = picture(61, 47)
    expected = np.asarray(image.resize((32, 32), Image.Resampling.BILINEAR))
    pixels = to_pixels(np.asarray(image), PreprocessSpec(side=32, channels=3, resize="stretch"))
    assert np.array_equal(pixels.transpose(1, 2, 0), expected)
