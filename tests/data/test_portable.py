"""Fault 41: names that Windows reserves, and paths that it opens in its own way only."""

from pathlib import PureWindowsPath

import pytest

from cnnstudio.data.portable import MAX_NAME_BYTES, long_path, portable_name


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("con", "_con"),
        ("NUL.png", "_NUL.png"),
        ("lpt9.tar.gz", "_lpt9.tar.gz"),
        ("console", "console"),
        ("com10", "com10"),
        ("cat. .", "cat"),
        ("con.", "_con"),
        ("a:b|c?.png", "a_b_c_.png"),
        ("a/b\\c", "a_b_c"),
        ("...", "_"),
        ("", "_"),
        ("Küken 🐦.png", "Küken 🐦.png"),
    ],
)
def test_a_name_becomes_one_that_every_system_takes(name, fit):
    assert portable_name(name) == fit
    assert not PureWindowsPath(fit).is_reserved()


@pytest.mark.parametrize("name", ["x" * 300 + ".jpeg", "犬" * 100, "a." + "b" * 300, "x" * 195 + "🐦🐦.png"])
def test_a_name_too_long_keeps_its_beginning_and_its_suffix(name):
    fit = portable_name(name)
    assert len(fit.encode()) <= MAX_NAME_BYTES
    assert len(fit.encode()) > MAX_NAME_BYTES - 4
    assert fit[:2] == name[:2]
    assert "\ufffd" not in fit
    if name.endswith((".jpeg", ".png")):
        assert fit.endswith(name[-4:])


def test_a_name_of_two_hundred_bytes_stays():
    assert portable_name("x" * MAX_NAME_BYTES) == "x" * MAX_NAME_BYTES


DEEP = "\\".join(["x" * 60] * 5)


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        (f"C:\\{DEEP}\\1.png", f"\\\\?\\C:\\{DEEP}\\1.png"),
        (f"C:/{DEEP}/1.png", f"\\\\?\\C:\\{DEEP}\\1.png"),
        (f"\\\\server\\share\\{DEEP}\\1.png", f"\\\\?\\UNC\\server\\share\\{DEEP}\\1.png"),
        (f"\\\\?\\C:\\{DEEP}\\1.png", f"\\\\?\\C:\\{DEEP}\\1.png"),
        ("C:\\short\\1.png", "C:\\short\\1.png"),
    ],
)
def test_windows_opens_long_paths_under_their_long_form(path, opened):
    assert long_path(path, is_windows=True) == opened


def test_other_systems_take_paths_as_they_are():
    assert long_path(f"/{DEEP}", is_windows=False) == f"/{DEEP}"
