"""What runs inside a decoding child: read a few files, bring them to size, hand back arrays and failures."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cnnstudio.data.decode import MAX_SIDE, ImageError, decode, read_bytes, read_image
from cnnstudio.data.resize import to_planes, to_square

THUMBNAIL_SIDE = 96
DIGEST_BYTES = 16


@dataclass(frozen=True)
class Work:
    """What is wanted of each file.

    Args:
        side: Training size in pixels.
        channels: 1 or 3.
        resize: "stretch", "crop" or "letterbox".
        has_thumbnails: Also make a thumbnail from the same decoding.
    """

    side: int
    channels: int
    resize: str
    has_thumbnails: bool


@dataclass(frozen=True, eq=False)
class Sample:
    """One file that could be read.

    Args:
        pixels: uint8, shape (C, side, side).
        thumbnail: uint8, shape (96, 96, 3); None if none was wanted.
        width: Of the image in the file.
        height: Of the image in the file.
        notes: What was done to it, as in `decode.Picture`, and "blank" if it shows one colour only.
        digest: Hash of the file's bytes.
    """

    pixels: np.ndarray
    thumbnail: np.ndarray | None
    width: int
    height: int
    notes: tuple[str, ...]
    digest: bytes


@dataclass(frozen=True)
class Failure:
    """One file that couldn't: a key, a sentence without its subject, and what to do."""

    kind: str
    text: str
    hint: str = ""


def read_samples(paths: Sequence[str], work: Work) -> list[Sample | Failure]:
    """Read each file, once, for all that is wanted of it."""
    return [_read_sample(path, work) for path in paths]


def _read_sample(path: str, work: Work) -> Sample | Failure:
    try:
        content = read_bytes(path)
        picture = decode(content)
    except ImageError as error:
        return Failure(error.kind, error.message, error.hint)
    pixels = to_planes(picture.image, work.side, work.channels, work.resize)
    return Sample(
        pixels=pixels,
        thumbnail=_thumbnail(picture.image) if work.has_thumbnails else None,
        width=picture.width,
        height=picture.height,
        notes=(*picture.notes, "blank") if _is_blank(pixels) else picture.notes,
        digest=hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest(),
    )


def _is_blank(pixels: np.ndarray) -> bool:
    planes = pixels.reshape(len(pixels), -1)
    return bool((planes.min(axis=1) == planes.max(axis=1)).all())


def _thumbnail(picture: Image.Image) -> np.ndarray:
    """The middle square to show in a gallery, uint8, shape (96, 96, 3)."""
    return np.asarray(to_square(picture, THUMBNAIL_SIDE, "crop", reducing_gap=1.0).convert("RGB"))


def read_view(source: str | bytes, max_side: int = MAX_SIDE) -> np.ndarray:
    """One picture to show and to classify: uint8, shape (H, W, 1) or (H, W, 3)."""
    return read_image(source if isinstance(source, bytes) else Path(source), max_side)
