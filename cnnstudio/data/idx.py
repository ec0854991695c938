"""IDX files, the form of MNIST and its family: a magic number, the sizes, and then the bytes; plain or gzipped.

Source: LeCun, Cortes and Burges 1998, "The MNIST database of handwritten digits".
"""

import gzip
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.data.memory import SHARE, available_bytes
from cnnstudio.data.place import GZIP, head_of, unpacked

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext

UNSIGNED_BYTE = 0x08
OTHER_TYPES = {
    0x09: "signed bytes",
    0x0B: "16-bit integers",
    0x0C: "32-bit integers",
    0x0D: "32-bit floats",
    0x0E: "64-bit floats",
}
CHUNK_BYTES = 1 << 20
# Deflate can't shrink anything more than this; a header that promises more lies.
MAX_DEFLATE = 1_040


@dataclass(frozen=True)
class IdxHeader:
    """What an IDX file says of itself: its sizes, and where they end."""

    shape: tuple[int, ...]
    offset: int


def idx_header(head: bytes) -> IdxHeader | None:
    """The header at the beginning of these (unpacked) bytes; None if they are no IDX file of bytes.

    Raises:
        DataError: It is an IDX file of another type of number.
    """
    if len(head) < 4 or head[:2] != b"\0\0" or not 1 <= head[3] <= 4 or len(head) < 4 + 4 * head[3]:
        return None
    if head[2] in OTHER_TYPES:
        raise DataError(f"The IDX file holds {OTHER_TYPES[head[2]]}; only bytes are read.")
    if head[2] != UNSIGNED_BYTE:
        return None
    shape = tuple(int.from_bytes(head[4 + 4 * i : 8 + 4 * i], "big") for i in range(head[3]))
    return IdxHeader(shape, 4 + 4 * head[3])


def header_of(path: Path) -> IdxHeader | None:
    """The header of a file, gzipped or not; None if it is no IDX file."""
    return idx_header(unpacked(head_of(path)))


def read_idx(path: Path, ctx: "JobContext") -> np.ndarray:
    """All of an IDX file as an array of bytes.

    Raises:
        DataError: It isn't one, is cut off, or is longer or larger than its header or the memory allows.
    """
    try:
        header = header_of(path)
        if header is None:
            raise DataError(f"'{path.name}' is no IDX file of bytes.")
        expected = prod(header.shape)
        size = path.stat().st_size
        _check_sizes(path, header, expected, size)
        opener = gzip.open if head_of(path).startswith(GZIP) else open
        values = np.empty(expected, np.uint8)
        with opener(path, "rb") as file:
            file.read(header.offset)
            done = 0
            while done < expected and (chunk := file.read(min(CHUNK_BYTES, expected - done))):
                ctx.check()
                values[done : done + len(chunk)] = np.frombuffer(chunk, np.uint8)
                done += len(chunk)
            more = file.read(1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"'{path.name}' is damaged or ends early ({error}).", hint="Download it again.") from None
    except OSError as error:
        raise DataError(f"'{path.name}' can't be read ({error.strerror or error}).") from None
    if done < expected or more:
        raise _wrong_length(path, header, "more" if more else f"{done:,}")
    return values.reshape(header.shape)


def _check_sizes(path: Path, header: IdxHeader, expected: int, size: int) -> None:
    """Refuse what the header can't mean, before anything is reserved for it."""
    is_packed = head_of(path).startswith(GZIP)
    if not is_packed and size != header.offset + expected:
        raise _wrong_length(path, header, f"{size - header.offset:,}")
    if is_packed and expected > MAX_DEFLATE * size:
        raise _wrong_length(path, header, "far fewer")
    if expected > SHARE * available_bytes():
        raise DataError(
            f"'{path.name}' holds {expected / 1e9:.1f} GB; {available_bytes() / 1e9:.1f} GB of memory are free.",
            hint="Close other programs.",
        )


def _wrong_length(path: Path, header: IdxHeader, found: str) -> DataError:
    sizes = "×".join(f"{side:,}" for side in header.shape)
    return DataError(
        f"'{path.name}' should hold {sizes} bytes, as its header says, but holds {found}.", hint="Download it again."
    )
