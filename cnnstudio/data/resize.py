"""Bring a picture to a square of a given side: the arithmetic behind `preprocess`, free of specs.

Decoding children import this module; it stays on Pillow and numpy alone.
"""

import numpy as np
from PIL import Image

BORDER_GREY = 128


def to_square(image: np.ndarray, side: int, resize: str) -> np.ndarray:
    """A picture of any size as a square, by Pillow's bilinear filter with antialiasing.

    Args:
        image: uint8, shape (H, W) or (H, W, 1) or (H, W, 3).
        side: Width and height of the result in pixels.
        resize: "stretch" to the square, "crop" the middle square, or "letterbox": all of it, with grey borders.

    Returns:
        uint8, shape (side, side, C), C as in the input (1 for a plane).
    """
    plane = image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image
    picture = Image.fromarray(plane)
    if resize == "letterbox":
        picture = _letterbox(picture, side)
    else:
        box = _middle_square(picture.size) if resize == "crop" else (0.0, 0.0, *picture.size)
        picture = picture.resize((side, side), Image.Resampling.BILINEAR, box=box)
    square = np.asarray(picture)
    return square if square.ndim == 3 else square[:, :, None]


def to_channels(image: np.ndarray, channels: int) -> np.ndarray:
    """The same picture in grey (1) or colour (3); colour becomes grey by Rec. 601 luma, as in Pillow."""
    if image.shape[2] == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=2)
    return np.asarray(Image.fromarray(image).convert("L"))[:, :, None]


def to_planes(image: np.ndarray, side: int, channels: int, resize: str) -> np.ndarray:
    """A picture of any size as the network's input, uint8, shape (C, side, side)."""
    square = to_channels(to_square(image, side, resize), channels)
    return np.ascontiguousarray(square.transpose(2, 0, 1))


def _middle_square(size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    short = min(width, height)
    left, top = (width - short) / 2, (height - short) / 2
    return (left, top, left + short, top + short)


def _letterbox(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    border = BORDER_GREY if picture.mode == "L" else (BORDER_GREY,) * 3
    square = Image.new(picture.mode, (side, side), border)
    small = picture.resize((width, height), Image.Resampling.BILINEAR)
    square.paste(small, ((side - width) // 2, (side - height) // 2))
    return square
