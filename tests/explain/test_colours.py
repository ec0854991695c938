import numpy as np
import pytest

from cnnstudio.core.errors import StudioError
from cnnstudio.explain.colours import CONTROLS, colour_table, colourise


def lightness(rgb):
    """CIE 1976 L* of 8-bit sRGB, from the standard's formulas."""
    share = np.asarray(rgb) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(y > 216 / 24389, 116 * np.cbrt(y) - 16, y * 24389 / 27)


@pytest.mark.parametrize("name", ["inferno", "viridis", "grey"])
def test_more_is_always_lighter(name):
    steps = np.diff(lightness(colour_table(name)))

    assert steps.min() > -0.35  # rounding to 8 bits costs up to a third of a unit
    assert lightness(colour_table(name)[-1]) - lightness(colour_table(name)[0]) > 70


def test_signed_table_is_lightest_at_zero_and_darkens_to_both_sides():
    light = lightness(colour_table("signed"))

    assert 126 <= light.argmax() <= 129
    assert np.diff(light[:127]).min() > -0.35
    assert np.diff(light[129:]).max() < 0.35
    assert abs(light[0] - light[-1]) < 8


@pytest.mark.parametrize("name", CONTROLS)
def test_ends_are_the_first_and_last_control_colour(name):
    table = colour_table(name)

    assert table.shape == (256, 3)
    assert "#{:02X}{:02X}{:02X}".format(*table[0]) == CONTROLS[name][0]
    assert "#{:02X}{:02X}{:02X}".format(*table[-1]) == CONTROLS[name][-1]


def test_values_outside_the_range_get_the_end_colours():
    colours = colourise(np.array([-9.0, 0.0, 1.0, 9.0]), "viridis", 0.0, 1.0)

    assert (colours[0] == colours[1]).all()
    assert (colours[2] == colours[3]).all()


def test_a_range_without_width_is_one_colour_and_no_division_by_zero():
    assert (colourise(np.full((2, 2), 5.0), "grey", 5.0, 5.0) == 0).all()


def test_an_unknown_table_is_refused_with_the_known_ones():
    with pytest.raises(StudioError, match="inferno"):
        colour_table("jet")
