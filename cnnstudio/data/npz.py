"""Arrays in an NPZ file: looked at by their headers first, read without ever unpickling."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.data.memory import SHARE, available_bytes

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext

MAX_ENTRIES = 1_000
MAX_HEADER_BYTES = 12_000
CHUNK_BYTES = 1 << 20
READ_KINDS = "biufU"
# Split (an index into SPLITS, -1 for open) to the names that images and labels go by; the first that are there count.
PAIRS: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = (
    (0, (("x_train", "y_train"), ("train_images", "train_labels"), ("train_x", "train_y"))),
    (1, (("x_val", "y_val"), ("val_images", "val_labels"), ("x_valid", "y_valid"), ("val_x", "val_y"))),
    (2, (("x_test", "y_test"), ("test_images", "test_labels"), ("test_x", "test_y"))),
    (-1, (("x", "y"), ("images", "labels"), ("data", "labels"), ("data", "target"), ("image", "label"))),
)
CLASS_NAMES = ("class_names", "classes", "label_names", "target_names")


@dataclass(frozen=True)
class ArrayHeader:
    """What an array in the file says of itself, and the name of its entry."""

    entry: str
    shape: tuple[int, ...]
    dtype: np.dtype
    is_fortran: bool
    offset: int

    @property
    def n_bytes(self) -> int:
        """How much memory the array takes."""
        return prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class ArrayPair:
    """The arrays of images and labels of one split, by their names in the file."""

    split: int
    images: str
    labels: str


def array_headers(path: Path) -> dict[str, ArrayHeader]:
    """The arrays of a file by their names in lower case; nothing but the headers is read.

    Raises:
        DataError: It is no NPZ file, is damaged, or holds Python objects.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            if not entries or len(entries) > MAX_ENTRIES:
                raise DataError(f"'{path.name}' holds {len(entries):,} arrays; 2 to {MAX_ENTRIES:,} are expected.")
            return {info.filename[:-4].lower(): _header(archive, info) for info in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, error) from None
    except OSError as error:
        raise DataError(f"'{path.name}' can't be read ({error.strerror or error}).") from None


def array_pairs(path: Path, headers: Mapping[str, ArrayHeader]) -> list[ArrayPair]:
    """Which arrays are the images and labels, by their usual names.

    Raises:
        DataError: None are; the names that are there are told.
    """
    pairs: list[ArrayPair] = []
    for split, names in PAIRS:
        found = next(((x, y) for x, y in names if x in headers and y in headers), None)
        if found and not (split == -1 and pairs):
            pairs.append(ArrayPair(split, *found))
    if not pairs:
        known = ", ".join(f"'{name}' {header.shape}" for name, header in list(headers.items())[:8])
        raise DataError(
            f"'{path.name}' holds the arrays {known}: no images with their labels.",
            hint="Save them as images and labels, or as x_train, y_train, x_test and y_test.",
        )
    return pairs


def read_arrays(path: Path, headers: Sequence[ArrayHeader], ctx: "JobContext") -> list[np.ndarray]:
    """Some arrays of a file, in this order.

    Raises:
        DataError: They don't fit into memory, or the file is damaged or shorter than it says.
    """
    needed, free = sum(header.n_bytes for header in headers), available_bytes()
    if needed > SHARE * free:
        raise DataError(
            f"The arrays in '{path.name}' need {needed / 1e9:,.1f} GB of memory; {free / 1e9:.1f} GB are free.",
            hint="Save fewer or smaller images, as bytes (uint8).",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            return [_array(archive, header, ctx) for header in headers]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, error) from None
    except OSError as error:
        raise DataError(f"'{path.name}' can't be read ({error.strerror or error}).") from None


def _header(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ArrayHeader:
    with archive.open(info) as file:
        head = io.BytesIO(file.read(MAX_HEADER_BYTES))
    shape, is_fortran, dtype = _parsed(head, info.filename)
    if dtype.hasobject:
        raise DataError(
            f"The array '{info.filename[:-4]}' holds Python objects, which can contain program code; it is not opened.",
            hint="Save it as numbers: images as uint8, labels as integers.",
        )
    if any(side < 0 for side in shape) or head.tell() + prod(shape) * dtype.itemsize != info.file_size:
        raise ValueError(f"{info.filename} is not as long as its header says")
    return ArrayHeader(info.filename, shape, dtype, is_fortran, head.tell())


def _parsed(head: io.BytesIO, entry: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type from the beginning of an array's entry; `head` stands behind it afterwards."""
    try:
        version = np.lib.format.read_magic(head)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, is_fortran, dtype = read(head, max_header_size=MAX_HEADER_BYTES)
    except Exception as error:
        # numpy's reader raises nearly anything on damaged bytes: ValueError, SyntaxError, TokenError, …
        raise ValueError(f"the header of {entry} is damaged") from error
    return tuple(shape), bool(is_fortran), dtype


def _array(archive: zipfile.ZipFile, header: ArrayHeader, ctx: "JobContext") -> np.ndarray:
    """The numbers of an array, read piece by piece into the place that its header asks for."""
    if header.dtype.kind not in READ_KINDS:
        raise DataError(f"The array '{header.entry[:-4]}' holds {header.dtype}; numbers are expected.")
    buffer = bytearray(header.n_bytes)
    done = 0
    with archive.open(header.entry) as file:
        file.read(header.offset)
        while chunk := file.read(CHUNK_BYTES):
            ctx.check()
            buffer[done : done + len(chunk)] = chunk
            done += len(chunk)
            ctx.progress(done, header.n_bytes, f"Reading {header.entry[:-4]}")
    if done != header.n_bytes:
        raise EOFError(f"{header.entry} ends early")
    return np.frombuffer(buffer, header.dtype).reshape(header.shape, order="F" if header.is_fortran else "C")


def _damaged(path: Path, error: Exception) -> DataError:
    reason = "it is protected by a password" if "password" in str(error) else str(error).rstrip(".")
    return DataError(f"'{path.name}' can't be read: {reason}.", hint="Save or download it again.")
