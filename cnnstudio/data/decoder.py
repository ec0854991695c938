"""Child processes that decode foreign files, so that no file can crash, hang or fill the program itself."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from cnnstudio.core.children import Children, end_pool, start_child
from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.decode import MAX_BYTES, MAX_SIDE, ImageError
from cnnstudio.data.patience import MAX_HUNG_IN_A_ROW, DriveError, Patience
from cnnstudio.data.worker import (
    Failure,
    Rows,
    Target,
    Work,
    count_bytes,
    joined_rows,
    read_rows,
    read_view,
    unread_row,
)

if TYPE_CHECKING:
    from pebble import ProcessPool

TIME_LIMIT_S, MEMORY_LIMIT_BYTES = 10.0, 1_400_000_000
MAX_WORKERS = 16
CHUNK_FILES, CHUNK_BYTES, CHUNKS_PER_WORKER = 256, 8_000_000, 4
POLL_S = 0.1
# Without an answer for so many time limits, something is wrong with the children themselves.
PATIENCE = 6
# Beside the decoder what looking for copies takes: children load it while files are listed, not at the very end.
LIBRARIES = ("cnnstudio.data.worker", "cnnstudio.data.duplicates", "numpy.random", "numpy.ma")
CLOSED = "The image decoder is closed."
KILLED = "The processes that decode images were killed."
T = TypeVar("T")
_Arguments = tuple[Sequence[str], Work, Target | None, Sequence[int] | np.ndarray]
_Flight = tuple[_Arguments, "Future[Rows]"]


class Decoder:
    """A few child processes with limits on time and memory; start it once, use it from any thread, close it.

    Args:
        workers: Number of children; None for one a core.
        time_limit_s: A file that takes longer is given up.
        memory_bytes: What a child may take beyond its libraries (POSIX only).
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        time_limit_s: float = TIME_LIMIT_S,
        memory_bytes: int = MEMORY_LIMIT_BYTES,
    ) -> None:
        self._workers = workers or min(os.cpu_count() or 1, MAX_WORKERS)
        self._time_limit_s, self._memory_bytes = time_limit_s, memory_bytes
        self._pool: ProcessPool | None = None
        self._is_closed = False
        self._hung_in_a_row = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def decode_batch(
        self,
        paths: Sequence[str],
        sizes: Sequence[int],
        work: Work,
        ctx: JobContext,
        target: Target | None = None,
        rows: Sequence[int] | np.ndarray | None = None,
    ) -> Iterator[Rows]:
        """Read many files; the results come in the order of the paths, some hundred files at a time.

        Files travel in chunks. When a chunk kills or hangs its child, its files are read again one by one, so that
        the bad one is named and the others aren't lost. What a drive doesn't give is asked for again, after a pause.

        Args:
            paths: The files.
            sizes: Their sizes in bytes, to make chunks of equal work.
            work: What is wanted of each.
            ctx: Checked ten times a second; after Cancelled, close the decoder.
            target: Mapped files that the children write pixels into; None to hand them back.
            rows: Place of each file in the target; its position among the paths if left out.

        Raises:
            DriveError: The drive gives no file any more.
        """
        patience = Patience(ctx)
        places = range(len(paths)) if rows is None else rows
        flying: deque[_Flight] = deque()
        start = 0
        for chunk in chunks(paths, sizes, CHUNKS_PER_WORKER * self._workers):
            arguments = (chunk, work, target, places[start : start + len(chunk)])
            start += len(chunk)
            flying.append((arguments, self._submit(read_rows, *arguments)))
            # Two chunks a child keep all busy; more would only have to be thrown away on Cancel.
            while len(flying) > 2 * self._workers:
                yield self._settled(flying.popleft(), patience, ctx)
        while flying:
            yield self._settled(flying.popleft(), patience, ctx)

    def each(self, function: Callable[..., T], arguments: Sequence[tuple[Any, ...]], ctx: JobContext) -> list[T]:
        """Let the children call a function of ours, once for each of some arguments, side by side.

        Raises:
            ImageError: A child took longer than a file may take.
        """
        flying = [self._submit(function, *own) for own in arguments]
        return [self._answer(ctx, future, function, *own) for future, own in zip(flying, arguments, strict=True)]

    def warm_up(self) -> None:
        """Start the children now: they get ready while the caller looks for files."""
        self._submit(len, ())

    def decode_one(
        self,
        source: Path | bytes,
        max_side: int = MAX_SIDE,
        ctx: JobContext | None = None,
        float_range: tuple[float, float] | None = None,
    ) -> np.ndarray:
        """One picture, from a file or from memory: uint8, shape (H, W, 1) or (H, W, 3).

        With the default `max_side` and the data set's `float_range`, `to_pixels` of it equals what training gets
        from the same file.

        Raises:
            ImageError: It can't be read; `kind` says why in a word, the message is a whole sentence.
        """
        name = "The picture" if isinstance(source, bytes) else f"'{source.name}'"
        if isinstance(source, bytes) and len(source) > MAX_BYTES:
            raise ImageError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB.", kind="too_large")
        argument = source if isinstance(source, bytes) else str(source)
        try:
            return self._answer(ctx, None, read_view, argument, max_side, float_range)
        except ImageError as error:
            if error.kind == "missing" and isinstance(source, Path):
                raise ImageError(f"{source.absolute()} does not exist.", kind=error.kind) from None
            raise ImageError(f"{name} {error.message}.", kind=error.kind, hint=error.hint) from None

    def close(self) -> None:
        """End the children, at once, whatever they do; returns when none is left."""
        with self._lock:
            self._is_closed = True
        self._drop_pool()

    def _settled(self, flight: "_Flight", patience: Patience, ctx: JobContext) -> Rows:
        """The answer for a chunk, with what the drive gives later."""
        chunk, work, target, rows = flight[0]

        def read_again(places: list[int]) -> Rows:
            some = ([chunk[place] for place in places], work, target, [rows[place] for place in places])
            return self._chunk_result(some, self._submit(read_rows, *some), ctx)

        return patience.settled(self._chunk_result(*flight, ctx), read_again)

    def _chunk_result(self, arguments: "_Arguments", future: "Future[Rows]", ctx: JobContext) -> Rows:
        chunk, work, target, rows = arguments
        try:
            answer = self._answer(ctx, future, read_rows, *arguments)
        except ImageError as error:
            if len(chunk) == 1:
                return unread_row(work, self._cause(error, chunk[0], ctx), is_kept=target is None)
        else:
            self._hung_in_a_row = 0
            return answer
        parts = []
        for path, row in zip(chunk, rows, strict=True):
            alone = ([path], work, target, [row])
            parts.append(self._chunk_result(alone, self._submit(read_rows, *alone), ctx))
        rows_alone = joined_rows(parts)
        if target is not None:
            return rows_alone
        kept = {name: [getattr(part, name) for part in parts] for name in ("pixels", "thumbnails")}
        arrays = {name: np.concatenate(values) for name, values in kept.items() if values[0] is not None}
        return replace(rows_alone, pixels=arrays["pixels"], thumbnails=arrays.get("thumbnails"))

    def _cause(self, error: ImageError, path: str, ctx: JobContext) -> Failure:
        """Why there is no answer for a file: where its bytes alone take too long, it's the drive."""
        if error.kind == "timeout":
            try:
                self._answer(ctx, None, count_bytes, path)
            except ImageError as from_drive:
                error = from_drive
                if error.kind == "timeout":
                    error = self._hung()
        return Failure(error.kind, error.message, error.hint)

    def _hung(self) -> ImageError:
        text = f"did not come from its drive within {self._time_limit_s:g} s"
        self._hung_in_a_row += 1
        if self._hung_in_a_row >= MAX_HUNG_IN_A_ROW:
            n, self._hung_in_a_row = self._hung_in_a_row, 0
            raise DriveError.after(n, text)
        return ImageError(text, kind="timeout")

    def _answer(
        self, ctx: JobContext | None, future: "Future[T] | None", function: Callable[..., T], *arguments: Any
    ) -> T:
        """What a child says; children that were killed from outside are replaced and asked once more."""
        try:
            return self._result(future or self._submit(function, *arguments), ctx)
        except _ChildrenGone:
            return self._result(self._submit(function, *arguments), ctx)

    def _result(self, future: "Future[T]", ctx: JobContext | None) -> T:
        """Wait for a child's answer; a child that died or took too long becomes an ImageError."""
        from pebble import ProcessExpired

        deadline_s = time.monotonic() + PATIENCE * self._time_limit_s
        while not wait([future], timeout=POLL_S).done:
            if ctx is not None:
                ctx.check()
            if self._is_closed:
                raise DataError(CLOSED)
            if time.monotonic() > deadline_s:
                self._drop_pool()
                raise _ChildrenGone
        try:
            return future.result()
        except TimeoutError:
            text = f"could not be decoded within {self._time_limit_s:g} s"
            raise ImageError(text, kind="timeout") from None
        except ProcessExpired:
            raise ImageError("made the decoder crash", kind="crashed") from None
        except BrokenProcessPool:
            raise _ChildrenGone from None

    def _submit(self, function: Callable[..., T], *arguments: Any) -> "Future[T]":
        pool = self._running_pool()
        try:
            future: Future[T] = pool.schedule(function, args=arguments, timeout=self._time_limit_s)
        except RuntimeError:
            # The pool broke after it was looked at.
            raise _ChildrenGone from None
        return future

    def _drop_pool(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            end_pool(pool)

    def _running_pool(self) -> "ProcessPool":
        from pebble import ProcessPool

        with self._lock:
            if self._is_closed:
                raise DataError(CLOSED)
            if self._pool is not None and not self._pool.active:
                # A child was killed while it had nothing to do: begin anew.
                end_pool(self._pool)
                self._pool = None
            if self._pool is None:
                self._pool = ProcessPool(
                    self._workers,
                    initializer=start_child,
                    initargs=(self._memory_bytes, *LIBRARIES),
                    context=Children(),
                )
            return self._pool


def chunks(paths: Sequence[str], sizes: Sequence[int], parts: int) -> Iterator[Sequence[str]]:
    """Cut a list of files into at least `parts` pieces of about equal work, of up to 256 files or 8 MB each."""
    max_files = max(1, min(CHUNK_FILES, -(-len(paths) // parts)))
    max_bytes = max(1, min(CHUNK_BYTES, -(-sum(sizes) // parts)))
    start, total = 0, 0
    for position, size in enumerate(sizes):
        is_full = position - start >= max_files or total + size > max_bytes
        if is_full and position > start:
            yield paths[start:position]
            start, total = position, 0
        total += size
    if start < len(paths):
        yield paths[start:]


class _ChildrenGone(DataError):
    """The children were killed from outside, by the system's memory guard or by hand."""

    def __init__(self, message: str = KILLED, *, hint: str = "Free some memory and try again.") -> None:
        super().__init__(message, hint=hint)
