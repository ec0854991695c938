"""Files that are damaged, hostile or no images at all: each refused in words, with a kind."""

import copy
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cnnstudio.data.decode import ImageError, read_bytes, read_image


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_half_a_file_is_refused(encoded, picture, file_format):
    content = encoded(file_format, picture(200, 200))
    with pytest.raises(ImageError) as caught:
        read_image(content[: len(content) // 2])
    assert caught.value.kind in ("truncated", "damaged")


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF"])
def test_half_a_file_is_said_to_end_early(encoded, picture, file_format):
    content = encoded(file_format, picture(200, 200))
    with pytest.raises(ImageError, match="ends early"):
        read_image(content[: len(content) // 2])


def test_one_flipped_byte_in_a_png_is_refused(encoded):
    content = bytearray(encoded("PNG"))
    content[content.index(b"IDAT") + 20] ^= 0x55
    with pytest.raises(ImageError) as caught:
        read_image(bytes(content))
    assert caught.value.kind == "damaged"


def png_of_size(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")):
        parts.append(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)))
    return b"".join(parts)


def jpeg_of_size(encoded_bytes: bytes, width: int, height: int) -> bytes:
    start = encoded_bytes.index(b"\xff\xc0") + 5
    return encoded_bytes[:start] + struct.pack(">HH", height, width) + encoded_bytes[start + 4 :]


def test_declared_size_bombs_are_refused_from_their_header(encoded):
    for content in (
        png_of_size(65_000, 65_000),
        png_of_size(20_000, 20_000),
        jpeg_of_size(encoded("JPEG"), 65_000, 65_000),
    ):
        with pytest.raises(ImageError, match="megapixels") as caught:
            read_image(content)
        assert caught.value.kind == "too_large"


def test_a_picture_without_width_is_refused():
    with pytest.raises(ImageError):
        read_image(png_of_size(0, 10))


def test_a_bomb_of_compressed_text_is_refused_or_its_text_left_out(encoded):
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "a" * 80_000_000, zip=True)
    content = encoded("PNG", pnginfo=text)
    assert len(content) < 100_000
    with pytest.raises(ImageError):
        read_image(content)


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", "empty", "0 bytes"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "foreign", "a web page"),
        (b'{"error": 404}', "foreign", "JSON"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99, "foreign", "HEIC"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "foreign", "PostScript"),
        (b"%PDF-1.4\n", "foreign", "PDF"),
        (b"just some words", "foreign", "a text"),
        (bytes(range(256)) * 4, "foreign", "not an image"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged", "header"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "damaged", ""),
        (b"BM" + b"\xff" * 100, "truncated", "ends early"),
        (b"GIF89a\0\0\0\0\0\0\0", "damaged", ""),
    ],
)
def test_what_is_no_image_is_named_in_words(content, kind, words):
    with pytest.raises(ImageError) as caught:
        read_image(content)
    assert caught.value.kind == kind
    assert words in caught.value.message


def test_a_saved_web_page_is_to_be_downloaded_again_and_not_converted():
    with pytest.raises(ImageError) as caught:
        read_image(b"<!DOCTYPE html><html><body>404</body></html>")
    assert "Download it again" in caught.value.hint
    assert "Convert" not in caught.value.hint


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_mutated_files_are_read_or_refused_and_nothing_else(encoded, picture, file_format):
    whole = encoded(file_format, picture(48, 48))
    rng = np.random.default_rng(sum(file_format.encode()))
    kinds = set()
    for _ in range(60):
        content = bytearray(whole)
        for position in rng.integers(0, len(content), rng.integers(1, 12)):
            content[position] = rng.integers(0, 256)
        if rng.random() < 0.3:
            content = content[: rng.integers(1, len(content))]
        try:
            array = read_image(bytes(content))
        except ImageError as error:
            kinds.add(error.kind)
        else:
            assert array.ndim == 3
            assert array.dtype == np.uint8
            assert max(array.shape[:2]) <= 1024
    assert kinds <= {"damaged", "truncated", "foreign", "too_large", "unsupported"}


def test_pillows_own_limit_is_as_it_was(encoded):
    before = Image.MAX_IMAGE_PIXELS
    read_image(encoded("PNG"))
    with pytest.raises(ImageError):
        read_image(b"nonsense")
    assert before == Image.MAX_IMAGE_PIXELS


def test_a_missing_file_is_named_as_missing(tmp_path):
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / "gone.png")
    assert caught.value.kind == "missing"


def test_a_folder_in_place_of_a_file_is_unreadable(tmp_path):
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path)
    assert caught.value.kind == "unreadable"


def test_a_file_that_may_not_be_read_is_named_as_such(tmp_path, monkeypatch):
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The user of a test run may be root, whom nothing is forbidden.
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ImageError, match="permission") as caught:
        read_bytes(str(tmp_path / "locked.png"))
    assert caught.value.kind == "permission"


def test_a_file_of_more_than_200_mb_is_not_read(tmp_path):
    file: Path = tmp_path / "huge.jpg"
    with file.open("wb") as sparse:
        sparse.truncate(200_000_001)
    with pytest.raises(ImageError, match="200 MB") as caught:
        read_image(file)
    assert caught.value.kind == "too_large"


def test_the_kind_survives_the_way_between_processes():
    # copy takes the same way as pickle: through __reduce__.
    error = copy.copy(ImageError("is empty", kind="empty", hint="Remove it."))
    assert (error.message, error.kind, error.hint) == ("is empty", "empty", "Remove it.")
