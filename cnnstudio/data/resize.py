"""Bring a picture to a square of a given side: the arithmetic behind `preprocess`, free of specs.

Decoding children import this module; it stays on Pillow and numpy alone.
"""

import numpy as np
from PIL import Image

BORDER_GREY = 128


def to_square(picture: Image.Image, side: int, resize: str, reducing_gap: float | None = None) -> Image.Image:
    """A picture of any size as a square, by Pillow's bilinear filter with antialiasing.

    Args:
        picture: In mode "L" or "RGB".
        side: Width and height of the result in pixels.
        resize: "stretch" to the square, "crop" the middle square, or "letterbox": all of it, with grey borders.
        reducing_gap: Pillow's short cut, quicker and slightly blurred; for thumbnails only.
    """
    if picture.size == (side, side):
        return picture
    if resize == "letterbox":
        return _letterbox(picture, side)
    if resize == "crop" and picture.width != picture.height:
        # Cut first: `resize(box=…)` would let the pixels beside the square bleed into its edges.
        picture = picture.crop(_middle_square(picture.size))
    return picture.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=reducing_gap)


def to_planes(picture: Image.Image, side: int, channels: int, resize: str) -> np.ndarray:
    """A picture of any size as the network's input, uint8, shape (C, side, side).

    Colour becomes grey by Rec. 601 luma, as in Pillow.
    """
    square = to_square(picture, side, resize)
    wanted = "L" if channels == 1 else "RGB"
    array = np.asarray(square if square.mode == wanted else square.convert(wanted))
    return array[None] if channels == 1 else np.ascontiguousarray(array.transpose(2, 0, 1))


def _middle_square(size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    short = min(width, height)
    left, top = (width - short) // 2, (height - short) // 2
    return (left, top, left + short, top + short)


def _letterbox(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    border = BORDER_GREY if picture.mode == "L" else (BORDER_GREY,) * 3
    square = Image.new(picture.mode, (side, side), border)
    small = picture.resize((width, height), Image.Resampling.BILINEAR)
    square.paste(small, ((side - width) // 2, (side - height) // 2))
    return square
