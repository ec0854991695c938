"""Operations on values against torchvision, SciPy and hand arithmetic."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor
from torchvision.transforms.v2 import functional as tv

from cnnstudio.data import pixel_math
from cnnstudio.data.augmentation import PixelOperation, operations
from cnnstudio.data.colours import colour_statistics
from cnnstudio.data.draws import Draws


@pytest.fixture
def images() -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).random((5, 3, 16, 16), dtype=np.float32))


FACTORS = np.array([0.5, 0.9, 1.0, 1.3, 1.7])
SINGLE = {
    "brightness": tv.adjust_brightness,
    "contrast": tv.adjust_contrast,
    "saturation": tv.adjust_saturation,
}


@pytest.mark.parametrize("name", SINGLE)
def test_light_and_colour_are_torchvisions(name: str, images: Tensor) -> None:
    ours = getattr(pixel_math, name)(images, FACTORS)
    theirs = torch.stack([SINGLE[name](x, f) for x, f in zip(images, FACTORS.tolist(), strict=True)])
    assert (ours - theirs).abs().max() < 2e-5


def test_hue_is_torchvisions(images: Tensor) -> None:
    turns = np.array([-0.5, -0.2, 0.0, 0.1, 0.45])
    theirs = torch.stack([tv.adjust_hue(x, f) for x, f in zip(images, turns.tolist(), strict=True)])
    assert (pixel_math.hue(images, turns) - theirs).abs().max() < 2e-4


def test_a_third_of_the_circle_makes_red_green() -> None:
    red = torch.tensor([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1)
    assert pixel_math.hue(red, np.array([1 / 3])).flatten().tolist() == pytest.approx([0, 1, 0], abs=1e-6)


def test_grey_is_torchvisions(images: Tensor) -> None:
    assert (pixel_math.luma(images) - tv.rgb_to_grayscale(images)).abs().max() < 1e-6


def test_blur_is_torchvisions(images: Tensor) -> None:
    ours = pixel_math.blurred(images, np.full(5, 1.2), 1.2)
    theirs = tv.gaussian_blur(images, [9, 9], [1.2, 1.2])
    assert (ours - theirs).abs().max() < 1e-5


def test_a_blur_of_nothing_changes_nothing(images: Tensor) -> None:
    assert torch.equal(pixel_math.blurred(images, np.zeros(5), 1.0), images)


@pytest.mark.parametrize(("pixels", "oracle"), [(2.0, ndimage.grey_dilation), (-2.0, ndimage.grey_erosion)])
def test_strokes_grow_and_shrink_as_in_scipy(pixels: float, oracle: object, images: Tensor) -> None:
    ours = pixel_math.grown(images, np.full(5, pixels))
    theirs = oracle(images.numpy(), size=(1, 1, 5, 5), mode="reflect")  # type: ignore[operator]
    assert np.abs(ours.numpy() - theirs).max() < 1e-6


def test_dark_ink_grows_where_bright_ink_shrinks(images: Tensor) -> None:
    draws = Draws.of(0, 0, torch.arange(5))
    bright, dark = (operations["stroke"](ink=ink) for ink in ("bright", "dark"))
    assert isinstance(bright, PixelOperation)
    assert isinstance(dark, PixelOperation)
    up = (np.full(5, 1.0),)
    down = (np.full(5, -1.0),)
    assert torch.equal(bright.apply(images, up, draws, None), dark.apply(images, down, draws, None))


def test_pca_colour_follows_the_eigenvectors_of_the_training_pixels() -> None:
    rng = np.random.default_rng(0)
    # Grey values with a little colour: the first direction is (1, 1, 1) / √3.
    grey = rng.integers(40, 200, (300, 1, 8, 8))
    pixels = np.clip(grey + rng.integers(-6, 7, (300, 3, 8, 8)), 0, 255).astype(np.uint8)
    found = colour_statistics(pixels, np.arange(200))
    values = pixels[:200].transpose(1, 0, 2, 3).reshape(3, -1) / 255
    covariance = np.cov(values, bias=True)
    for size, direction in zip(found.eigenvalues, found.eigenvectors, strict=True):
        assert covariance @ direction == pytest.approx(size * direction, abs=1e-9)
    assert found.eigenvectors[0] == pytest.approx([3**-0.5] * 3, abs=0.01)
    shifts = found.shifts([np.array([0.5]), np.array([0.0]), np.array([0.0])])
    assert shifts[0] == pytest.approx(0.5 * found.eigenvalues[0] * found.eigenvectors[0])


def test_noise_has_the_spread_that_was_drawn() -> None:
    grey = torch.full((3, 3, 64, 64), 0.5)
    noisy = pixel_math.noisy(grey, np.array([0.0, 0.02, 0.1]), Draws.of(0, 0, torch.arange(3)))
    assert noisy.std(dim=(1, 2, 3)).tolist() == pytest.approx([0, 0.02, 0.1], abs=0.003)


def test_erasing_covers_the_box_that_was_drawn(images: Tensor) -> None:
    box = tuple(np.full(5, float(value)) for value in (3, 5, 4, 2))
    covered = pixel_math.covered(images, box, "grey", Draws.of(0, 0, torch.arange(5)))
    expected = images.clone()
    expected[:, :, 5:7, 3:7] = 0.5
    assert torch.equal(covered, expected)


def test_erased_boxes_lie_in_the_picture_and_have_the_areas() -> None:
    uniforms = Draws.of(0, 0, torch.arange(3000)).uniforms(4)
    left, top, width, height = operations["erasing"](strength=33.0).values(uniforms, (64, 64))
    assert (left >= 0).all()
    assert (left + width <= 64).all()
    assert (top + height <= 64).all()
    assert (width * height / 64**2).max() < 0.4
    assert (width * height / 64**2).mean() == pytest.approx(0.175, abs=0.02)


def test_channels_shift_by_grey_levels(images: Tensor) -> None:
    shifted = pixel_math.shifted(images * 0.5 + 0.2, np.array([[0.1, -0.1, 0.0]] * 5))
    assert torch.allclose(shifted[:, 0], images[:, 0] * 0.5 + 0.3)
    assert torch.allclose(shifted[:, 1], images[:, 1] * 0.5 + 0.1)
