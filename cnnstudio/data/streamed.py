"""Pixels that are decoded when they are asked for: for data sets beyond what the cache may hold."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.decode import ImageError
from cnnstudio.data.decoder import Decoder
from cnnstudio.data.drives import DRIVE
from cnnstudio.data.patience import DriveError
from cnnstudio.data.words import counted
from cnnstudio.data.worker import Failure, Rows, Work, read_rows

MOST_AT_ONCE = 2_048
# Kinds of failures that are the drive's, whatever the file.
OF_THE_DRIVE = frozenset((DRIVE, "timeout"))


class FilesGone(DataError):
    """Files can't be read any more that could be read when the data was opened.

    Args:
        message: The first one's path, and why.
        hint: What to do.
        pixels: What was asked for them.
        rows: Their places among all pictures; empty where it isn't known which ones they are.
        is_drive: It's no matter of single files: the drive failed.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        pixels: "StreamedPixels | None" = None,
        rows: Sequence[int] = (),
        is_drive: bool = False,
    ) -> None:
        super().__init__(message, hint=hint)
        self.pixels, self.rows, self.is_drive = pixels, tuple(rows), is_drive


class StreamedPixels:
    """Reads like a uint8 array of shape (N, C, side, side); each look decodes the files anew, in children.

    Args:
        paths: One file a picture.
        sizes: Their sizes in bytes.
        work: How they are brought to size.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, paths: Sequence[str], sizes: np.ndarray, work: Work) -> None:
        self.shape = work.pixel_shape(len(paths))
        self._paths, self._sizes, self._work = paths, sizes, work
        self._decoder: Decoder | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def size(self) -> int:
        """How many numbers there would be."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        """What they would take in memory."""
        return self.size

    def __getitem__(self, index: Any) -> np.ndarray:
        """Pixels of one picture, or of several, as a new array.

        Raises:
            FilesGone: A file is gone, or can't be read any more.
        """
        first, *rest = index if isinstance(index, tuple) else (index,)
        places = np.arange(len(self))[first]
        pixels = self.read(np.atleast_1d(places), JobContext())
        chosen = pixels if np.ndim(places) else pixels[0]
        lead = (slice(None),) if np.ndim(places) else ()
        return chosen[(*lead, *rest)] if rest else chosen

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self[:] if dtype is None else self[:].astype(dtype)

    def close(self) -> None:
        """End the children."""
        with self._lock:
            decoder, self._decoder = self._decoder, None
        if decoder is not None:
            decoder.close()

    def __del__(self) -> None:
        self.close()

    def path(self, place: int) -> str:
        """The file of a picture."""
        return self._paths[place]

    def read(self, places: np.ndarray, ctx: JobContext) -> np.ndarray:
        """Pixels of the pictures at these places, as a new array.

        Raises:
            FilesGone: A file is gone, or can't be read any more.
            Cancelled: `ctx` was stopped.
        """
        pixels = np.empty((len(places), *self.shape[1:]), np.uint8)
        for start in range(0, len(places), MOST_AT_ONCE):
            part = places[start : start + MOST_AT_ONCE].tolist()
            done, failures = start, list[tuple[int, Failure]]()
            try:
                for rows in self._decoded(part, ctx):
                    failures += [(part[done - start + at], why) for at, why in rows.failures]
                    assert rows.pixels is not None
                    pixels[done : done + len(rows)] = rows.pixels
                    done += len(rows)
            except DriveError as error:
                raise FilesGone(error.message, hint=error.hint, pixels=self, rows=part, is_drive=True) from error
            if failures:
                raise self._gone(failures)
        return pixels

    def count_readable(self, places: Sequence[int], ctx: JobContext) -> int:
        """How many of a few pictures can be read now; none if that takes longer than a file may take.

        Raises:
            Cancelled: `ctx` was stopped.
        """
        paths = [self._paths[place] for place in places]
        try:
            (rows,) = self._children().each(read_rows, [(paths, self._work)], ctx)
        except ImageError:
            return 0
        return len(paths) - len(rows.failures)

    def _decoded(self, places: list[int], ctx: JobContext) -> Iterator[Rows]:
        paths = [self._paths[place] for place in places]
        return self._children().decode_batch(paths, self._sizes[places].tolist(), self._work, ctx)

    def _children(self) -> Decoder:
        with self._lock:
            if self._decoder is None:
                self._decoder = Decoder()
            return self._decoder

    def _gone(self, failures: "Sequence[tuple[int, Failure]]") -> FilesGone:
        (first, why), more = failures[0], len(failures) - 1
        others = f", nor can {counted(more, 'other file')} be read" if more else ""
        return FilesGone(
            f"{self._paths[first]} {why.text}{others}; it could be read when the data was opened.",
            hint="Is the drive connected? Then open the data again, so that what changed is found.",
            pixels=self,
            rows=[place for place, _ in failures],
            is_drive=any(why.kind in OF_THE_DRIVE for _, why in failures),
        )
