"""Pixels that are decoded when they are asked for: for data sets beyond what the cache may hold."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.decoder import Decoder
from cnnstudio.data.worker import Work

MOST_AT_ONCE = 2_048


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
            DataError: A file is gone, or can't be read any more.
        """
        first, *rest = index if isinstance(index, tuple) else (index,)
        places = np.arange(len(self))[first]
        pixels = self._decoded(np.atleast_1d(places))
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

    def _decoded(self, places: np.ndarray) -> np.ndarray:
        pixels = np.empty((len(places), *self.shape[1:]), np.uint8)
        for start in range(0, len(places), MOST_AT_ONCE):
            part = places[start : start + MOST_AT_ONCE]
            done = start
            paths = [self._paths[place] for place in part.tolist()]
            for rows in self._children().decode_batch(paths, self._sizes[part].tolist(), self._work, JobContext()):
                if rows.failures:
                    self._refuse(paths[done - start + rows.failures[0][0]], rows.failures[0][1].text)
                assert rows.pixels is not None
                pixels[done : done + len(rows)] = rows.pixels
                done += len(rows)
        return pixels

    def _children(self) -> Decoder:
        with self._lock:
            if self._decoder is None:
                self._decoder = Decoder()
            return self._decoder

    def _refuse(self, path: str, reason: str) -> None:
        raise DataError(
            f"{path} {reason}; it could be read when the data was opened.",
            hint="Is the drive connected? Then open the data again, so that what changed is found.",
        )
