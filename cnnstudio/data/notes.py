"""What is odd about pictures that are used all the same: in words, and which pictures they are."""

from collections.abc import Iterator, Mapping

import numpy as np

from cnnstudio.data.raw import Problem
from cnnstudio.data.words import counted
from cnnstudio.data.worker import NOTES

NARROW = 8
# Said of one and of several: one line each, with how many.
TEXTS = {
    "animated": ("holds several pictures; the first one is used", "hold several pictures; the first one is used"),
    "16_bit": ("has 16 bits a channel; it is scaled to 8", "have 16 bits a channel; they are scaled to 8"),
    "float": (
        "holds floating-point values; they are scaled to 0 to 255",
        "hold floating-point values; they are scaled to 0 to 255",
    ),
    "alpha": ("is partly transparent; it is laid on white", "are partly transparent; they are laid on white"),
    "cmyk": (
        "is in print colours (CMYK); it is converted to RGB",
        "are in print colours (CMYK); they are converted to RGB",
    ),
    "turned": ("is turned as its EXIF orientation says", "are turned as their EXIF orientation says"),
    "bad_exif": ("has damaged EXIF data, which are ignored", "have damaged EXIF data, which are ignored"),
    "blank": ("shows nothing but one colour", "show nothing but one colour"),
    "small": (
        "is less than half as large as the training size and gets blurred",
        "are less than half as large as the training size and get blurred",
    ),
    "narrow": (f"is more than {NARROW} times as long as wide", f"are more than {NARROW} times as long as wide"),
    "misnamed": (
        "is named like another kind of image than it is; its content counts",
        "are named like other kinds of images than they are; their content counts",
    ),
    "grey": ("is grey among coloured ones", "are grey among coloured ones"),
}


def noted(notes: np.ndarray, sizes: np.ndarray, side: int) -> dict[str, np.ndarray]:
    """Which pictures each note is about: positions, ascending; notes about none are left out.

    Args:
        notes: uint32, bits as in `worker.Rows`, of the pictures that can be read.
        sizes: int32, shape (N, 2), width and height in the file.
        side: Training size.
    """
    found = {note: (notes >> bit) & 1 == 1 for bit, note in enumerate(NOTES)}
    short, long = sizes.min(axis=1), sizes.max(axis=1)
    found["small"] = short * 2 < side
    found["narrow"] = long > NARROW * short
    if found["grey"].all():
        del found["grey"]
    return {note: np.flatnonzero(found[note]) for note in TEXTS if note in found and found[note].any()}


def note_problems(noted_at: Mapping[str, np.ndarray], names: tuple[str, ...]) -> Iterator[Problem]:
    """One line for each kind of oddity."""
    for note, places in noted_at.items():
        one, several = TEXTS[note]
        text = f"{len(places):,} of {counted(len(names), 'image')} {one if len(places) == 1 else several}"
        yield Problem("", note, f"{text} (first: '{names[places[0]]}').", places=tuple(places.tolist()))
