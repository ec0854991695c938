import numpy as np
import pytest
import torch

from cnnstudio.explain.overlay import coloured_maps, heat_overlay, heat_picture, tile_maps, upsample


def heat_in_the_middle():
    heat = np.zeros((5, 5), np.float32)
    heat[2, 2] = 3.0
    return heat


@pytest.mark.parametrize("shade", [40, 128, 200])
def test_the_picture_is_untouched_where_there_is_no_heat(shade):
    image = np.full((50, 50, 3), shade, np.uint8)

    painted = heat_overlay(image, heat_in_the_middle(), opacity=1.0)

    assert (painted[:10] == shade).all()
    assert (painted[:, -10:] == shade).all()
    assert (painted[24, 24] != shade).any()


def test_weak_heat_does_not_darken_a_mid_grey_picture():
    image = np.full((64, 64, 3), 90, np.uint8)
    ramp = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(64, 0)

    brightness = heat_overlay(image, ramp, opacity=0.8).astype(float).mean(axis=(0, 2))

    assert brightness.min() >= 89


def test_opacity_zero_is_the_picture_and_grey_becomes_colour():
    image = np.arange(64, dtype=np.uint8).reshape(8, 8, 1)

    painted = heat_overlay(image, heat_in_the_middle(), opacity=0.0)

    assert (painted == image.repeat(3, 2)).all()


def test_negative_evidence_is_no_heat():
    image = np.full((10, 10, 3), 77, np.uint8)

    assert (heat_overlay(image, np.full((3, 3), -2.0), opacity=1.0) == 77).all()


@pytest.mark.parametrize(("cells", "pixels"), [((5, 5), (32, 32)), ((7, 3), (64, 20)), ((1, 1), (9, 9))])
def test_upsampling_is_torchs_bilinear(cells, pixels):
    values = np.random.default_rng(0).normal(size=cells).astype(np.float32)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(values)[None, None], size=pixels, mode="bilinear", align_corners=False
    )[0, 0]

    assert upsample(values, pixels) == pytest.approx(expected.numpy(), abs=1e-5)


def test_heat_picture_has_a_pixel_a_cell_or_as_many_as_asked():
    assert heat_picture(heat_in_the_middle()).shape == (5, 5, 3)
    assert heat_picture(heat_in_the_middle(), (40, 30)).shape == (40, 30, 3)


def test_tiles_lie_row_by_row_with_one_clear_pixel_between():
    maps = np.stack([np.full((3, 4), value, np.float32) for value in range(5)])

    tiles = tile_maps(maps, "grey", "common", columns=3)

    assert tiles.image.shape == (3 + 1 + 3, 4 + 1 + 4 + 1 + 4, 4)
    assert tiles.image[0, 0].tolist() == [0, 0, 0, 255]
    assert tiles.image[0, 5, 0] < tiles.image[0, 10, 0] < tiles.image[4, 0, 0] < tiles.image[4, 5, 0] == 255
    assert (tiles.image[3, :, 3] == 0).all()
    assert (tiles.image[4:, 10:, 3] == 0).all()


def test_a_pixel_of_the_tiles_is_found_again():
    tiles = tile_maps(np.zeros((5, 3, 4)), columns=3)

    assert tiles.locate(0, 0) == (0, 0, 0)
    assert tiles.locate(5 + 2, 4 + 1) == (4, 1, 2)
    assert tiles.locate(4, 0) is None
    assert tiles.locate(10, 5) is None
    assert tiles.locate(99, 0) is None
    assert tiles.locate(-2, 0) is None


def test_each_map_may_use_the_whole_table_or_share_one_scale():
    maps = np.stack([np.linspace(0, 1, 4).reshape(2, 2), np.linspace(0, 10, 4).reshape(2, 2)])

    alone, low, high = coloured_maps(maps, "grey", "each")
    together, common_low, common_high = coloured_maps(maps, "grey", "common")

    assert (low, high) == (None, None)
    assert (alone[0] == alone[1]).all()
    assert (common_low, common_high) == (0.0, 10.0)
    assert together[0].max() < together[1].max() == 255


def test_signed_maps_have_zero_in_the_middle_of_the_scale():
    _, low, high = coloured_maps(np.array([[[-1.0, 4.0]]]), "signed", "common")

    assert (low, high) == (-4.0, 4.0)
