"""Child processes for foreign bytes: they may crash, hang or fill their memory, and the program goes on.

A child is spawned, not forked, doesn't run the program's main module again, may take so much memory and no more, and
ends when its parent is gone.
"""

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from cnnstudio.core.jobs import JobContext

POLL_S = 0.1
_launch = threading.Lock()
T = TypeVar("T")


class ChildDied(Exception):
    """The child ended without an answer: a crash, or the memory limit."""


class ChildTooSlow(Exception):
    """The child took longer than it may."""


class _Child(SpawnProcess):
    """A child that doesn't run the program's main module again, which would load the window into every child."""

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        # multiprocessing has no switch for it; a main module without file and spec, as in `python -c`, is left out.
        with _launch:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class Children(SpawnContext):
    """The multiprocessing context that starts such children."""

    Process = _Child


def run_in_child(
    function: Callable[..., T],
    *arguments: object,
    time_limit_s: float,
    memory_bytes: int,
    ctx: JobContext | None,
    libraries: tuple[str, ...] = (),
) -> T:
    """Call a function of a module in a throw-away child; what it raises is raised here.

    Args:
        function: Importable by its name.
        arguments: Must be picklable.
        time_limit_s: Then the child is ended.
        memory_bytes: What the child may take beyond what it begins with (POSIX only).
        ctx: Checked ten times a second.
        libraries: Modules that the child loads before its memory is limited.

    Raises:
        ChildTooSlow: Beyond the time limit.
        ChildDied: It ended without an answer.
    """
    from pebble import ProcessExpired, ProcessPool

    pool = ProcessPool(1, initializer=start_child, initargs=(memory_bytes, *libraries), context=Children())
    try:
        future = pool.schedule(function, args=arguments, timeout=time_limit_s)
        while not wait([future], timeout=POLL_S).done:
            if ctx is not None:
                ctx.check()
        result: T = future.result()
        return result
    except TimeoutError:
        raise ChildTooSlow(f"{time_limit_s:g} s") from None
    except (ProcessExpired, BrokenProcessPool):
        raise ChildDied from None
    finally:
        end_pool(pool)


def end_pool(pool: Any) -> None:
    """End a pebble pool's children at once, whatever they do; returns when none is left."""
    pool.stop()
    with contextlib.suppress(RuntimeError):
        pool.join()


def start_child(memory_bytes: int, *libraries: str) -> None:
    """Prepare a fresh child: it may take so much memory beyond its libraries, and ends at once when told to."""
    # Python's own handler would wait until foreign C code comes back.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    if hasattr(os, "nice"):
        # The window comes first: it needs little, but at once.
        os.nice(5)
    # There is a child for each core: libraries need no threads of their own, which would wait for each other.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    for name in libraries:
        importlib.import_module(name)
    limit_memory(memory_bytes)


def limit_memory(memory_bytes: int) -> None:
    """Let this process take so much address space beyond what it has now; a later call may not raise the limit."""
    if os.name != "posix":
        return
    import resource

    limit = own_address_space() + memory_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def own_address_space() -> int:
    """Bytes of address space that this process has already; 0 where the system doesn't tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
