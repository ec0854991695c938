"""Worker processes that prepare batches: the same ones as a thread would, on more cores.

A worker that crashes, is killed or hangs is replaced, and its batches are made again: they depend on (seed, epoch,
index) alone, so nobody can tell afterwards.
"""

import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cnnstudio.core.children import Children, end_pool
from cnnstudio.core.errors import DataError
from cnnstudio.data.batch_worker import Setup, begin, prepare

if TYPE_CHECKING:
    from pebble import ProcessPool
    from torch import Tensor

    Batch = tuple[Tensor, Tensor]

TIME_LIMIT_S, GRACE_S, START_LIMIT_S = 12.0, 2.0, 60.0
MAX_RESTARTS = 3
TASKS_PER_WORKER = 2

Answer = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@dataclass
class _Task:
    """Batches that one worker prepares in one go."""

    parts: "Sequence[Tensor]"
    epoch: int
    future: "Future[Answer]"


class Crew:
    """A few worker processes; they start with the first epoch and stay until `close`.

    Args:
        setup: What they work on. Pixels without a file are written to a temporary one, which all of them map.
        workers: How many.
        chunk_images: Small batches go together, about so many images in one task.
        time_limit_s: A worker that takes longer for a task hangs.
    """

    def __init__(
        self, setup: Setup, workers: int, *, chunk_images: int = 256, time_limit_s: float = TIME_LIMIT_S
    ) -> None:
        self._setup, self._workers = setup, workers
        self._chunk_images, self._time_limit_s = chunk_images, time_limit_s
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._pool: ProcessPool | None = None
        self._has_answered = False
        self.restarts = 0

    def batches(self, parts: "Sequence[Tensor]", epoch: int) -> "Iterator[Batch]":
        """The batches of these positions, in order, prepared ahead of the step.

        Raises:
            DataError: Workers ended or hung four times.
        """
        import torch

        together = max(1, self._chunk_images // max(1, self._setup.size))
        waiting = deque(parts[start : start + together] for start in range(0, len(parts), together))
        flying: deque[_Task] = deque()
        while waiting or flying:
            while waiting and len(flying) < TASKS_PER_WORKER * self._workers:
                flying.append(self._sent(waiting.popleft(), epoch))
            images, targets = (torch.from_numpy(array) for array in self._answer(flying))
            sizes = [len(part) for part in flying.popleft().parts]
            yield from zip(images.split(sizes), targets.split(sizes), strict=True)

    def close(self) -> None:
        """End the workers and remove the temporary file."""
        self._drop_pool()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _answer(self, flying: "deque[_Task]") -> Answer:
        """What the first task gives; a worker that failed at it is replaced, and it is made again."""
        while True:
            # A fresh worker loads its libraries first; one that has answered before has no such excuse.
            limit_s = self._time_limit_s + GRACE_S if self._has_answered else START_LIMIT_S
            future = flying[0].future
            try:
                answer = future.result(limit_s)
            except Exception as error:
                self._count_restart(error)
                if future.done() and not isinstance(error, BrokenProcessPool):
                    # This task's worker alone failed, and is replaced already.
                    flying[0].future = self._sent(flying[0].parts, flying[0].epoch).future
                    continue
                # Killed or stopped while it had nothing to do: that takes the whole pool down.
                self._drop_pool()
                for task in flying:
                    task.future = self._sent(task.parts, task.epoch).future
            else:
                self._has_answered = True
                return answer

    def _count_restart(self, error: Exception) -> None:
        self.restarts += 1
        if self.restarts > MAX_RESTARTS:
            self.close()
            raise DataError(
                f"The workers that prepare the batches failed {self.restarts} times"
                f"{f': {error}' if str(error) else ''}.",
                hint="Free some memory, or set the number of workers to 0: then the training prepares them itself.",
            ) from error

    def _sent(self, parts: "Sequence[Tensor]", epoch: int) -> _Task:
        positions = np.concatenate([part.numpy() for part in parts])
        try:
            future = self._running_pool().schedule(prepare, args=(positions, epoch), timeout=self._time_limit_s)
        except RuntimeError:
            # The pool broke after it was looked at.
            future = Future()
            future.set_exception(BrokenProcessPool())
        return _Task(parts, epoch, future)

    def _drop_pool(self) -> None:
        pool, self._pool = self._pool, None
        self._has_answered = False
        if pool is not None:
            end_pool(pool)

    def _running_pool(self) -> "ProcessPool":
        from pebble import ProcessPool

        if self._pool is None:
            setup = self._setup if self._setup.path else self._written()
            self._pool = ProcessPool(self._workers, initializer=begin, initargs=(setup,), context=Children())
        return self._pool

    def _written(self) -> Setup:
        """The setup with its pixels in a file."""
        from dataclasses import replace

        assert self._setup.pixels is not None
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="cnnstudio-", ignore_cleanup_errors=True)
            path = Path(self._folder.name) / "pixels"
            mapped = np.memmap(path, np.uint8, "w+", shape=self._setup.pixels.shape)
            mapped[:] = self._setup.pixels
            mapped.flush()
        path = Path(self._folder.name) / "pixels"
        return replace(self._setup, pixels=None, path=str(path), shape=self._setup.pixels.shape)
