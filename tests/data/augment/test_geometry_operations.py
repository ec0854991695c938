"""Geometric operations against torchvision's, and their fusion into one resampling."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as tv

from cnnstudio.data.augmentation import AugmentSpec, Geometric, operations
from cnnstudio.data.draws import Draws
from cnnstudio.data.warp import Warp, to_unit

BILINEAR = InterpolationMode.BILINEAR
SIDE = 33


def smooth_pictures(n: int = 4, side: int = SIDE, channels: int = 3) -> Tensor:
    """Soft random blobs, uint8: interpolation rules differ by little on them."""
    rng = np.random.default_rng(0)
    coarse = torch.from_numpy(rng.random((n, channels, 6, 6), dtype=np.float32))
    fine = torch.nn.functional.interpolate(coarse, (side, side), mode="bicubic").clamp(0, 1)
    return (fine * 255).round().to(torch.uint8)


def warped(images: Tensor, kind: str, *columns: float, outside: str = "black", **settings: Any) -> Tensor:
    """All pictures, distorted by one operation with given values."""
    operation = operations[kind](**settings)
    assert isinstance(operation, Geometric)
    size = (images.shape[2], images.shape[3])
    warp = Warp(len(images), size)
    values = tuple(np.full(len(images), value) for value in columns)
    warp.add(np.arange(len(images)), operation.matrices(values, size), None, is_exact=operation.is_exact)
    return warp.apply(images, outside, (0.0,) * images.shape[1])  # type: ignore[arg-type]


def middle(images: Tensor, margin: int = 8) -> Tensor:
    """Without the edges, whose treatment differs between libraries."""
    return images[..., margin:-margin, margin:-margin]


ORACLES: dict[str, tuple[tuple[float, ...], Callable[[Tensor], Tensor]]] = {
    "rotation": ((25.0,), lambda x: tv.rotate(x, 25.0, interpolation=BILINEAR)),
    "translation": ((3.0, -2.0), lambda x: tv.affine(x, 0, [3, -2], 1, [0, 0], interpolation=BILINEAR)),
    "scale": ((1.25, 1.25), lambda x: tv.affine(x, 0, [0, 0], 1.25, [0, 0], interpolation=BILINEAR)),
    "shear": ((20.0, 0.0), lambda x: tv.affine(x, 0, [0, 0], 1, [20.0, 0], interpolation=BILINEAR)),
}


@pytest.mark.parametrize("kind", ORACLES)
def test_affine_operations_are_torchvisions(kind: str) -> None:
    values, oracle = ORACLES[kind]
    images = smooth_pictures()
    ours, theirs = warped(images, kind, *values), oracle(to_unit(images))
    assert (middle(ours) - middle(theirs)).abs().max() < 2e-3


def test_a_resized_crop_is_torchvisions() -> None:
    images = smooth_pictures(side=32)
    top, left, height, width = 6, 9, 20, 18
    theirs = tv.resized_crop(to_unit(images), top, left, height, width, [32, 32], antialias=False)
    right, down = left + width / 2 - 16, top + height / 2 - 16
    ours = warped(images, "resized_crop", 32 / width, 32 / height, right, down)
    assert (middle(ours, 2) - middle(theirs, 2)).abs().max() < 2e-3


def test_a_perspective_is_torchvisions() -> None:
    images = smooth_pictures(side=32)
    shares = np.array([0.3, 0.1, 0.2, 0.25, 0.05, 0.3, 0.15, 0.1])
    signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    start = [[0, 0], [32, 0], [32, 32], [0, 32]]
    moves = signs * shares.reshape(4, 2) * 16
    end = [[x + dx, y + dy] for (x, y), (dx, dy) in zip(start, moves.tolist(), strict=True)]
    theirs = tv.perspective(to_unit(images), start, end, interpolation=BILINEAR)
    ours = warped(images, "perspective", *shares)
    # torchvision counts pixels' corners, so that the two differ by half a pixel's shift of the tilt.
    assert (middle(ours) - middle(theirs)).abs().mean() < 0.02


def test_mirror_and_flip_are_exact() -> None:
    images = smooth_pictures()
    assert torch.equal(warped(images, "mirror"), images.flip(3))
    assert torch.equal(warped(images, "vertical_flip"), images.flip(2))


def test_a_random_crop_is_torchvisions_padding_and_crop() -> None:
    images = smooth_pictures(side=32)
    padded = tv.pad(images, [4])
    # The content moves 3 to the right and 1 up: the crop begins 3 further left and 1 further down.
    assert torch.equal(warped(images, "random_crop", 3.0, -1.0), padded[:, :, 5:37, 1:33])


@pytest.mark.parametrize(("outside", "mode"), [("edge", "edge"), ("mirror", "symmetric")])
def test_what_lies_outside_is_the_edge_or_the_mirror_image(outside: str, mode: str) -> None:
    images = smooth_pictures(side=32)
    padded = tv.pad(images, [4], padding_mode=mode)
    assert torch.equal(warped(images, "random_crop", 4.0, 4.0, outside=outside), padded[:, :, :32, :32])
    inexact = warped(images, "translation", 4.0, 4.0, outside=outside)
    assert (inexact - to_unit(padded[:, :, :32, :32])).abs().max() < 1e-3


def test_outside_is_the_mean_colour() -> None:
    images = smooth_pictures(side=32)
    warp = Warp(len(images), (32, 32))
    made = operations["random_crop"]().matrices((np.full(4, 5.0), np.zeros(4)), (32, 32))  # type: ignore[attr-defined]
    warp.add(np.arange(4), made, None, is_exact=True)
    moved = warp.apply(images, "mean", (0.2, 0.4, 1.0))
    assert moved[:, :, :, :5].amax((0, 2, 3)).tolist() == [51, 102, 255]
    assert torch.equal(moved[:, :, :, 5:], images[:, :, :, :-5])


def test_two_operations_in_a_row_are_one_after_the_other() -> None:
    images = smooth_pictures()
    size = (SIDE, SIDE)
    warp = Warp(4, size)
    turn, move = operations["rotation"](), operations["translation"]()
    rows = np.arange(4)
    warp.add(rows, turn.matrices((np.full(4, 20.0),), size), None, is_exact=False)  # type: ignore[attr-defined]
    warp.add(rows, move.matrices((np.full(4, 4.0), np.zeros(4)), size), None, is_exact=False)  # type: ignore[attr-defined]
    fused = warp.apply(images, "black", (0.0,) * 3)
    one_by_one = warped(warped(images, "rotation", 20.0), "translation", 4.0, 0.0)
    other_order = warped(warped(images, "translation", 4.0, 0.0), "rotation", 20.0)
    assert (middle(fused) - middle(one_by_one)).abs().max() < 0.03
    assert (middle(fused) - middle(other_order)).abs().max() > 0.1


def test_a_warp_moves_points_by_the_spread_that_was_asked_for() -> None:
    operation = operations["elastic"](strength=5.0)
    assert isinstance(operation, Geometric)
    draws = Draws.of(0, 0, torch.arange(400))
    moves = operation.field((np.full(400, 2.0),), draws, (40, 40), torch.zeros(1))
    assert moves is not None
    assert moves.shape == (400, 2, 40, 40)
    assert float(moves.std()) == pytest.approx(2.0, rel=0.08)
    steps = (moves[..., 1:] - moves[..., :-1]).abs().max()
    assert steps < 2.0  # smooth: neighbours move together


def test_a_warp_before_another_step_is_sampled_where_that_leads() -> None:
    images = smooth_pictures()
    moves = torch.zeros(4, 2, SIDE, SIDE)
    moves[:, 0] = 3.0
    warp = Warp(4, (SIDE, SIDE))
    rows = np.arange(4)
    still = operations["elastic"]().matrices((np.zeros(4),), (SIDE, SIDE))  # type: ignore[attr-defined]
    warp.add(rows, still, moves, is_exact=False)
    turn = operations["rotation"]().matrices((np.full(4, 90.0),), (SIDE, SIDE))  # type: ignore[attr-defined]
    warp.add(rows, turn, None, is_exact=False)
    # A displacement of 3 to the right, as a place to look at, moves the content 3 to the left; then it turns.
    expected = warped(warped(images, "translation", -3.0, 0.0), "rotation", 90.0)
    assert (middle(warp.apply(images, "black", (0.0,) * 3)) - middle(expected)).abs().max() < 1e-3


def test_the_draws_stay_within_the_settings() -> None:
    uniforms = Draws.of(0, 0, torch.arange(2000)).uniforms(8)
    for kind, reach in (("rotation", 15.0), ("shear", 15.0), ("random_crop", 4.0)):
        operation = operations[kind]()
        column = operation.values(uniforms[:, : max(operation.draws, 1)], (32, 32))[0]
        assert -reach <= column.min() < -0.9 * reach
        assert 0.9 * reach < column.max() <= reach


def test_a_crop_keeps_within_the_picture() -> None:
    uniforms = Draws.of(0, 0, torch.arange(2000)).uniforms(4)
    wider, higher, right, down = operations["resized_crop"](strength=0.92).values(uniforms, (32, 32))
    assert (np.abs(right) + 16 / wider <= 16 + 1e-9).all()
    assert (np.abs(down) + 16 / higher <= 16 + 1e-9).all()
    area = 1 / (wider * higher)
    assert 0.07 < area.min() < 0.2
    assert area.max() <= 1.0


def test_an_empty_augmentation_is_the_default_and_survives_a_file() -> None:
    spec = AugmentSpec.model_validate({"operations": [{"kind": "rotation", "strength": 20, "newer": 1}]})
    again = AugmentSpec.model_validate(spec.to_json())
    assert again == spec
    assert again.to_json()["operations"][0]["newer"] == 1
    assert AugmentSpec().active == ()
