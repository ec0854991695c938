"""From arrays of any usual kind to pictures of bytes and class numbers; others are refused with their numbers."""

from collections.abc import Sequence

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.data.natural import natural_key

MAX_CLASSES = 10_000


def to_images(values: np.ndarray, name: str) -> np.ndarray:
    """Pictures of shape (N, H, W, C) and type uint8.

    Bytes stay; 16 bits are scaled by 1/257; other numbers must be whole ones from 0 to 255, or lie from 0 to 1.

    Raises:
        DataError: The shape or the values are no pictures'.
    """
    return _bytes(_with_channels(values, name), name)


def image_size(shape: tuple[int, ...], name: str) -> tuple[int, int, int]:
    """Height, width and channels of the pictures in an array of this shape.

    Raises:
        DataError: It is no shape of pictures.
    """
    if len(shape) == 3:
        return shape[1], shape[2], 1
    if len(shape) == 4 and shape[3] in (1, 3):
        return shape[1], shape[2], shape[3]
    if len(shape) == 4 and shape[1] in (1, 3):
        return shape[2], shape[3], shape[1]
    raise DataError(
        f"The array '{name}' has the shape {shape}; images are (N, H, W), (N, H, W, 3) or (N, 3, H, W).",
        hint="Save the images as pixels, not as rows of numbers.",
    )


def to_labels(columns: Sequence[np.ndarray], names: Sequence[str]) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Class numbers of each part, and the names of the classes that they count.

    Integers, one number a picture; names; or one column a class with a single 1 (one-hot).

    Raises:
        DataError: They are none of these.
    """
    flat = [_flat(labels, name) for labels, name in zip(columns, names, strict=True)]
    if any(labels.dtype.kind == "U" for labels in flat):
        classes = sorted({str(value) for labels in flat for value in np.unique(labels)}, key=natural_key)
        number = {name: index for index, name in enumerate(classes)}
        return [np.array([number[str(value)] for value in labels], np.int64) for labels in flat], tuple(classes)
    top = max((int(labels.max()) for labels in flat if len(labels)), default=-1)
    low = min((int(labels.min()) for labels in flat if len(labels)), default=0)
    if low < 0 or top >= MAX_CLASSES:
        raise DataError(f"The labels go from {low} to {top}; classes are numbered from 0 to {MAX_CLASSES - 1:,}.")
    return [labels.astype(np.int64) for labels in flat], tuple(str(number) for number in range(top + 1))


def _with_channels(values: np.ndarray, name: str) -> np.ndarray:
    height, width, channels = image_size(values.shape, name)
    if values.ndim == 4 and values.shape[3] != channels:
        return values.transpose(0, 2, 3, 1)
    return values if values.ndim == 4 else values.reshape(-1, height, width, 1)


def _bytes(values: np.ndarray, name: str) -> np.ndarray:
    if values.dtype == np.uint8 or not values.size:
        return np.ascontiguousarray(values, np.uint8)
    if values.dtype == bool:
        return values.astype(np.uint8) * 255
    if values.dtype == np.uint16:
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    low, high = values.min(), values.max()
    if low >= 0 and high <= 1 and values.dtype.kind == "f":
        return np.asarray(np.rint(values * 255), np.uint8)
    if low >= 0 and high <= 255 and (values == np.rint(values)).all():
        return values.astype(np.uint8)
    raise DataError(
        f"The array '{name}' ({values.dtype}) has values from {low:g} to {high:g}; "
        "numbers from 0 to 1 and whole ones from 0 to 255 are understood.",
        hint="Save the images as bytes (uint8).",
    )


def _flat(labels: np.ndarray, name: str) -> np.ndarray:
    """One value a picture."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind != "U" and _is_one_hot(labels):
        return np.asarray(labels.argmax(axis=1))
    if labels.ndim != 1:
        raise DataError(f"The labels '{name}' have the shape {labels.shape}; one class for each image is expected.")
    if labels.dtype.kind == "f" and not (np.isfinite(labels).all() and (labels == np.rint(labels)).all()):
        raise DataError(f"The labels '{name}' are no whole numbers.", hint="Number the classes 0, 1, 2, …")
    return labels


def _is_one_hot(labels: np.ndarray) -> bool:
    return bool(np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all())
