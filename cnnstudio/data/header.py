"""A look at the headers of a few files, to choose defaults that suit a folder; nothing is decoded."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HEADER_BYTES = 65_536
LOOKS = 32
# Formats whose headers Pillow reads in plain Python, without a decoder.
FORMATS = ("JPEG", "PNG", "BMP", "GIF")
GREY_MODES = ("1", "L", "LA", "I", "I;16")


@dataclass(frozen=True)
class Look:
    """What a few headers say about a folder.

    Args:
        side: Median of the shorter sides in pixels; 0 if no header could be read.
        is_grey: True if all of them are grey.
    """

    side: int
    is_grey: bool


def look_at(paths: Sequence[str]) -> Look:
    """Read the headers of up to 32 files, evenly spread over the list."""
    step = max(1, -(-len(paths) // LOOKS))
    headers = [header for path in paths[::step] if (header := _header(path)) is not None]
    if not headers:
        return Look(0, False)
    return Look(
        side=int(median(min(width, height) for width, height, _ in headers)),
        is_grey=all(mode in GREY_MODES for _, _, mode in headers),
    )


def _header(path: str) -> tuple[int, int, str] | None:
    from PIL import Image

    try:
        with open(path, "rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(file.read(HEADER_BYTES)), formats=FORMATS)
            return (*image.size, image.mode)
    except Exception:
        # A damaged file is no reason to stop here: decoding names it afterwards.
        return None
