"""Batches prepared beside the step, by one thread of this process."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
P = TypeVar("P")

AHEAD = 2


class Helper:
    """A thread that prepares what comes next; it ends with `close`, or when nobody knows the helper any more.

    It lasts for all epochs: torch and its libraries keep some kilobytes for each thread that ever computed, and small
    data have a hundred epochs a minute.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def beside(self, make: "Callable[[P, int], Sequence[T]]", parts: Iterable[P], epoch: int) -> Iterator[T]:
        """What `make` gives for each part, in order; the next two parts are made while the caller uses this one.

        Nothing computes any more when the iterator is used up, closed or forgotten.
        """
        pool = self._pool = self._pool or _one_core()
        flying: deque[Future[Sequence[T]]] = deque()
        try:
            for part in parts:
                flying.append(pool.submit(make, part, epoch))
                if len(flying) > AHEAD:
                    yield from flying.popleft().result()
            while flying:
                yield from flying.popleft().result()
        finally:
            wait([future for future in flying if not future.cancel()])

    def close(self) -> None:
        """End the thread."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _one_core() -> ThreadPoolExecutor:
    """A thread with one core: two teams of OpenMP threads on the same cores would wait for each other.

    Worse, OpenMP lets the threads of a team sleep instead of waiting for a moment as soon as there are more of them
    than cores, for as long as the process lives: that cost ResNet-20 on two cores a quarter of its speed.
    torch gives new threads the number that was set last, so the caller's is set again: the step keeps its own.
    """
    import torch

    pool = ThreadPoolExecutor(1, thread_name_prefix="batches")
    own = torch.get_num_threads()
    pool.submit(_take_one_core).result()
    torch.set_num_threads(own)
    return pool


def _take_one_core() -> None:
    import torch

    torch.set_num_threads(1)
    # A thread takes over what was set last by any other when it first computes, or is first asked: so it's asked now.
    torch.get_num_threads()
