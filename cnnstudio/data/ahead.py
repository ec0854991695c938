"""Batches prepared beside the step, by one thread of this process."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
P = TypeVar("P")

AHEAD = 2


def beside(make: "Callable[[P, int], Sequence[T]]", parts: Iterable[P], epoch: int) -> Iterator[T]:
    """What `make` gives for each part, in order; the next two parts are made while the caller uses this one.

    The thread ends with the iterator: when it is used up, closed or forgotten.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="batches")
    flying: deque[Future[Sequence[T]]] = deque()
    try:
        _use_one_core(pool)
        for part in parts:
            flying.append(pool.submit(make, part, epoch))
            if len(flying) > AHEAD:
                yield from flying.popleft().result()
        while flying:
            yield from flying.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _use_one_core(pool: ThreadPoolExecutor) -> None:
    """Two teams of OpenMP threads on the same cores would wait for each other: the step keeps its own.

    torch gives new threads the number that was set last, so the caller's is set again.
    """
    import torch

    own = torch.get_num_threads()
    set_one: Any = torch.set_num_threads
    pool.submit(set_one, 1).result()
    torch.set_num_threads(own)
