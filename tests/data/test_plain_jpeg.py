"""The short way through plain JPEG files: the same pixels, notes and refusals as the long way, for whatever bytes."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cnnstudio.data import decode
from cnnstudio.data.decode import ImageError
from cnnstudio.data.plain_jpeg import plain_jpeg

KINDS = {
    "plain": {},
    "progressive": {"progressive": True},
    "optimised": {"optimize": True, "quality": 30},
    "full colour": {"subsampling": 0, "quality": 95},
    "restarts": {"restart_marker_blocks": 2},
    "in dots": {"dpi": (72, 72)},
}


def jpeg(mode: str = "RGB", size: tuple[int, int] = (40, 33), **options: object) -> bytes:
    pixels = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1)).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """With a few bytes changed, left out or put in, most of them in the header; some end early."""
    made = bytearray(content)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(0, len(made) if rng.random() < 0.4 else min(len(made), 640)))
        way = rng.integers(0, 5)
        if way < 2:
            made[at] = rng.choice([0, 0xFF, 0xD8, 0xDA, 0xC0, 0xC4, 0xDB, 0xE1]) if way else rng.integers(0, 256)
        elif way == 2:
            del made[at : at + int(rng.integers(1, 9))]
        elif way == 3:
            made[at:at] = rng.integers(0, 256, rng.integers(1, 9), np.uint8).tobytes()
        elif rng.random() < 0.3:
            del made[max(4, at) :]
    return bytes(made)


def outcome(content: bytes) -> tuple[object, ...]:
    try:
        picture = decode.decode(content)
    except ImageError as error:
        return error.kind, error.message
    return picture.image.mode, picture.width, picture.height, picture.notes, picture.image.tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_plain_file_gives_what_pillow_opens(kind, mode):
    content = jpeg(mode, **KINDS[kind])
    made, expected = plain_jpeg(content, 1024), Image.open(io.BytesIO(content))
    assert made is not None
    assert made.mode == expected.mode
    np.testing.assert_array_equal(np.asarray(made), np.asarray(expected))


@pytest.mark.parametrize("size", [(1, 1), (7, 1), (1, 9), (300, 20)])
def test_its_size_is_as_in_the_file(size):
    assert plain_jpeg(jpeg(size=size), 1024).size == size


@pytest.mark.parametrize(
    "content",
    [
        jpeg(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
        jpeg("CMYK"),
        jpeg(comment=b"hello"),
        jpeg(icc_profile=b"\0" * 200),
        jpeg(size=(1025, 2)),
        jpeg()[:-2],
        jpeg()[:100],
        jpeg().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
        b"\xff\xd8",
        b"",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["exif", "cmyk", "comment", "icc", "large", "no end", "header", "12 bits", "start", "empty", "png"],
)
def test_what_is_out_of_the_ordinary_goes_the_long_way(content):
    assert plain_jpeg(content, 1024) is None


def test_mutated_files_come_to_the_same_end_on_both_ways(monkeypatch):
    rng = np.random.default_rng(17)
    whole = [jpeg(mode, size=(24, 17), **options) for mode in ("RGB", "L") for options in KINDS.values()]
    contents = [mutated(whole[number % len(whole)], rng) for number in range(1_200)]
    short = [outcome(content) for content in contents]
    taken = sum(plain_jpeg(content, 1024) is not None for content in contents)
    monkeypatch.setattr(decode, "plain_jpeg", lambda content, max_side: None)
    assert short == [outcome(content) for content in contents]
    # The comparison means something only where many went the short way, and many are refused.
    assert taken > 200
    assert sum(len(end) == 2 for end in short) > 200
