"""The short way to the pixels of a plain JPEG file: Pillow's own decoder without Pillow's look at the metadata.

For a picture of 32 × 32, reading the header in Python takes as long as decoding it. Whatever is out of the ordinary, in
the least, goes the long way; so do files that turn out to be damaged, and it is there that they are named.
"""

from struct import unpack_from

from PIL import Image

START, FRAMES, HUFFMAN, SCAN = b"\xff\xd8", (0xFFC0, 0xFFC2), 0xFFC4, 0xFFDA
TABLES, RESTARTS, JFIF = 0xFFDB, 0xFFDD, 0xFFE0
# A table is its number and 64 bytes; some writers put several into one segment.
TABLE_BYTES = 65
JFIF_BYTES = 14
MODES = {1: "L", 3: "RGB"}


def plain_jpeg(content: bytes, max_side: int) -> Image.Image | None:
    """The picture, in mode "L" or "RGB"; None if the file isn't a plain JPEG, or larger than `max_side`, or damaged."""
    frame = _frame(content)
    if frame is None or max(frame[1]) > max_side or not min(frame[1]):
        return None
    mode, size = frame
    try:
        return Image.frombytes(mode, size, content, "jpeg", mode, "")
    except (ValueError, OSError):
        return None


def _frame(content: bytes) -> tuple[str, tuple[int, int]] | None:
    """Mode and size as the header gives them; None if it holds more than JFIF, tables, and one frame of 8 bits."""
    if content[:2] != START:
        return None
    at, found, end = 2, None, len(content) - 4
    while at <= end:
        marker, length = unpack_from(">HH", content, at)
        if marker == SCAN:
            return found
        if marker in FRAMES and found is None:
            found = _mode_and_size(content[at + 4 : at + 2 + length])
            if found is None:
                return None
        elif not _is_usual(marker, content[at + 4 : at + 2 + length], length - 2):
            return None
        at += 2 + length
    return None


def _mode_and_size(body: bytes) -> tuple[str, tuple[int, int]] | None:
    if len(body) < 6 or len(body) != 6 + 3 * body[5]:
        return None
    bits, height, width, layers = unpack_from(">BHHB", body)
    return (MODES[layers], (width, height)) if bits == 8 and layers in MODES else None


def _is_usual(marker: int, body: bytes, length: int) -> bool:
    """Is it a segment that Pillow reads without changing its mind about the picture?"""
    if len(body) != length:
        return False
    if marker == TABLES:
        return length > 0 and length % TABLE_BYTES == 0 and all(number < 16 for number in body[::TABLE_BYTES])
    if marker == JFIF:
        return length >= JFIF_BYTES and body.startswith(b"JFIF\0")
    return marker in (HUFFMAN, RESTARTS)
