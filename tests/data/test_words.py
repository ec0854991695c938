"""Counts with their nouns."""

import pytest

from cnnstudio.data.words import counted


@pytest.mark.parametrize(("n", "shown"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1_200, "1,200 images")])
def test_the_noun_follows_the_number(n, shown):
    assert counted(n, "image") == shown


def test_an_irregular_plural_is_given():
    assert counted(1, "file is a copy", "files are copies") == "1 file is a copy"
    assert counted(3, "file is a copy", "files are copies") == "3 files are copies"
