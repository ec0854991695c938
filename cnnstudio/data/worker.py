"""What runs inside a decoding child: read files, bring them to size, and hand back what is known about each.

Pixels don't travel through pipes: the child writes them into the mapped file of the cache, and answers with a few
numbers a file.
"""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnnstudio.data.decode import MAX_SIDE, ImageError, decode_quietly, read_bytes, read_image
from cnnstudio.data.fingerprint import LEVELS, fingerprints
from cnnstudio.data.resize import to_planes, to_square
from cnnstudio.data.sniff import HEAD_BYTES, is_misnamed

THUMBNAIL_SIDE = 96
DIGEST_BYTES = 16
COLUMNS = ("digests", "sizes", "notes", "sums", "prints")
# What was done to a picture, or is odd about it; its place here is its bit in `Rows.notes`.
NOTES = ("animated", "16_bit", "float", "alpha", "cmyk", "turned", "bad_exif", "blank", "grey", "misnamed")


@dataclass(frozen=True)
class Work:
    """What is wanted of each file.

    Args:
        side: Training size in pixels.
        channels: 1 or 3.
        resize: "stretch", "crop" or "letterbox".
        thumbnail_side: Also make thumbnails of this side from the same decoding; 0 for none.
        float_range: Black and white of pictures in floating point; None for 0 and 1.
    """

    side: int
    channels: int
    resize: str
    thumbnail_side: int = 0
    float_range: tuple[float, float] | None = None

    def pixel_shape(self, n: int) -> tuple[int, int, int, int]:
        """Shape of the pixels of n files."""
        return (n, self.channels, self.side, self.side)

    def thumbnail_shape(self, n: int) -> tuple[int, int, int, int]:
        """Shape of the thumbnails of n files."""
        return (n, self.thumbnail_side, self.thumbnail_side, 3)


@dataclass(frozen=True)
class Target:
    """The mapped files that a child writes into.

    Args:
        pixels: uint8, shape (files, C, side, side); empty: pixels are not kept.
        thumbnails: uint8, shape (files, T, T, 3); empty if there are none.
    """

    pixels: str
    thumbnails: str


@dataclass(frozen=True)
class Failure:
    """One file that couldn't be read: a key, a sentence without its subject, and what to do."""

    kind: str
    text: str
    hint: str = ""


@dataclass(frozen=True, eq=False)
class Rows:
    """What is known of n files that were read; numbers of a file that couldn't be are 0.

    Args:
        failures: Position among these files, and what is wrong.
        digests: uint8, shape (n, 16): hash of the file's bytes.
        sizes: int32, shape (n, 2): width and height of the image in the file.
        notes: uint32, shape (n,): bits, by their place in NOTES.
        sums: int64, shape (n, 2, C): sum of the levels and of their squares.
        prints: uint8, shape (n, 64).
        pixels: uint8, shape (n, C, side, side); None if they were written to a target.
        thumbnails: uint8, shape (n, T, T, 3); None if there are none, or they were written.
    """

    failures: tuple[tuple[int, Failure], ...]
    digests: np.ndarray
    sizes: np.ndarray
    notes: np.ndarray
    sums: np.ndarray
    prints: np.ndarray
    pixels: np.ndarray | None = None
    thumbnails: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.notes)


def read_rows(
    paths: Sequence[str], work: Work, target: Target | None = None, rows: Sequence[int] | np.ndarray = ()
) -> Rows:
    """Read each file, once, for all that is wanted of it.

    Args:
        paths: The files.
        work: What is wanted.
        target: Where pixels and thumbnails are written; None to hand them back.
        rows: Place of each file in the target.
    """
    made = _empty_rows(len(paths), work)
    with warnings.catch_warnings():
        # As `decode` does it, once for all files.
        warnings.simplefilter("ignore")
        made = _filled(made, [_read(path, place, made, work) for place, path in enumerate(paths)])
    _measure(made)
    if target is None:
        return made
    assert made.pixels is not None
    _write(target.pixels, made.pixels, rows)
    if made.thumbnails is not None:
        _write(target.thumbnails, made.thumbnails, rows)
    return replace(made, pixels=None, thumbnails=None)


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """Several answers as one, in their order, without pixels and thumbnails."""
    starts = np.cumsum([0, *(len(part) for part in parts)])
    failures = [
        (start + at, why) for start, part in zip(starts.tolist(), parts, strict=False) for at, why in part.failures
    ]
    return Rows(failures=tuple(failures), **{n: np.concatenate([getattr(part, n) for part in parts]) for n in COLUMNS})


def rows_at(rows: Any, places: np.ndarray) -> Rows:
    """Some of the files, in this order; of `Rows` or of anything with the same columns, such as a manifest."""
    where = {int(place): at for at, place in enumerate(places.tolist())}
    failures = [(where[place], why) for place, why in dict(rows.failures).items() if place in where]
    columns = {name: getattr(rows, name)[places] for name in COLUMNS}
    return Rows(failures=tuple(sorted(failures, key=lambda failure: failure[0])), **columns)


def unread_row(work: Work, failure: Failure, *, is_kept: bool) -> Rows:
    """The answer for one file whose child died over it; `is_kept` if pixels are handed back."""
    empty = _empty_rows(1, work)
    pixels, thumbnails = (empty.pixels, empty.thumbnails) if is_kept else (None, None)
    return replace(empty, failures=((0, failure),), pixels=pixels, thumbnails=thumbnails)


def _empty_rows(n: int, work: Work) -> Rows:
    return Rows(
        failures=(),
        digests=np.zeros((n, DIGEST_BYTES), np.uint8),
        sizes=np.zeros((n, 2), np.int32),
        notes=np.zeros(n, np.uint32),
        sums=np.zeros((n, 2, work.channels), np.int64),
        prints=np.zeros((n, LEVELS), np.uint8),
        pixels=np.zeros(work.pixel_shape(n), np.uint8),
        thumbnails=np.zeros(work.thumbnail_shape(n), np.uint8) if work.thumbnail_side else None,
    )


def _read(path: str, position: int, made: Rows, work: Work) -> tuple[bytes, int, int, int, Failure | None]:
    """Put the pixels of a file into their place; its hash, width, height, notes, and what is wrong with it."""
    digest = bytes(DIGEST_BYTES)
    try:
        content = read_bytes(path)
        digest = hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()
        picture = decode_quietly(content, float_range=work.float_range)
    except ImageError as error:
        return digest, 0, 0, 0, Failure(error.kind, error.message, error.hint)
    assert made.pixels is not None
    made.pixels[position] = to_planes(picture.image, work.side, work.channels, work.resize)
    if made.thumbnails is not None:
        made.thumbnails[position] = _thumbnail(picture.image, work.thumbnail_side)
    odd = (*picture.notes, "misnamed") if is_misnamed(path, content[:HEAD_BYTES]) else picture.notes
    notes = sum(1 << NOTES.index(note) for note in odd)
    return digest, picture.width, picture.height, notes, None


def _filled(made: Rows, facts: Sequence[tuple[bytes, int, int, int, Failure | None]]) -> Rows:
    digests, widths, heights, notes, failures = zip(*facts, strict=True)
    return replace(
        made,
        failures=tuple((at, why) for at, why in enumerate(failures) if why is not None),
        digests=np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST_BYTES),
        sizes=np.array((widths, heights), np.int32).T,
        notes=np.array(notes, np.uint32),
    )


def _measure(made: Rows) -> None:
    """What needs the pixels only, for all files at once."""
    pixels = made.pixels
    assert pixels is not None
    made.prints[:] = fingerprints(pixels)
    flat = pixels.reshape(*pixels.shape[:2], -1)
    made.sums[:, 0] = flat.sum(axis=2, dtype=np.uint32)
    # A square fits into 16 bits, a picture of 512 × 512 of them doesn't into 32.
    made.sums[:, 1] = np.multiply(flat, flat, dtype=np.uint16).sum(axis=2, dtype=np.uint64)
    is_blank = (flat.min(axis=2) == flat.max(axis=2)).all(axis=1) & (made.sizes[:, 0] > 0)
    made.notes[is_blank] |= np.uint32(1 << NOTES.index("blank"))


def _write(file: str, values: np.ndarray, rows: Sequence[int] | np.ndarray) -> None:
    """Put values into their rows of a mapped file, a run of neighbouring rows at a time.

    Only the run is mapped: a whole cache may be larger than the address space that a child may take.
    """
    if not file:
        return
    places = np.asarray(rows)
    row_bytes = values[0].nbytes
    for run in np.split(np.arange(len(places)), np.flatnonzero(np.diff(places) != 1) + 1):
        place = np.memmap(file, np.uint8, "r+", int(places[run[0]]) * row_bytes, values[run].shape)
        place[:] = values[run]


def _thumbnail(picture: Image.Image, side: int) -> np.ndarray:
    """The middle square to show in a gallery, uint8, shape (side, side, 3)."""
    return np.asarray(to_square(picture, side, "crop", reducing_gap=1.0).convert("RGB"))


def count_bytes(path: str) -> int:
    """Read a file without decoding it; how many bytes it has."""
    return len(read_bytes(path))


def read_view(
    source: str | bytes, max_side: int = MAX_SIDE, float_range: tuple[float, float] | None = None
) -> np.ndarray:
    """One picture to show and to classify: uint8, shape (H, W, 1) or (H, W, 3)."""
    return read_image(source if isinstance(source, bytes) else Path(source), max_side, float_range)
