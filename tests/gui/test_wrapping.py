"""Short phrases in narrow lines."""

from cnnstudio.gui.widgets.wrapping import wrapped


def test_a_phrase_that_fits_stays_on_one_line() -> None:
    assert wrapped("moved ←2 ↓1 px", 14, len) == ("moved ←2 ↓1 px",)


def test_a_number_stays_beside_its_unit() -> None:
    assert wrapped("brightness 110 %", 15, len) == ("brightness", "110 %")
    assert wrapped("size 97 × 104 %", 14, len) == ("size 97 ×", "104 %")


def test_a_word_that_is_too_long_has_a_line_of_its_own() -> None:
    assert wrapped("a transparent b", 5, len) == ("a", "transparent", "b")
