"""How this process gets memory: what a step of training frees, the next one takes again.

glibc gives each thread a pool of its own and returns what lies free at its end to the system. A training beside the
window would get the same pages anew in every step: 5 % of LeNet-5's time went into page faults.
Source: mallopt(3).
"""

import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
KEPT_BYTES = 512_000_000  # lies free at most before it goes back to the system
LARGEST_POOLED_BYTES = 32 * 1024**2  # glibc's own upper bound; larger pieces are got from the system one by one


def keep_freed_memory() -> bool:
    """Let all threads share one pool that keeps what was freed; False where the C library is another than glibc.

    Call it before the first thread is started: a thread stays with the pool that it began with.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return False
    wanted = {M_ARENA_MAX: 1, M_TRIM_THRESHOLD: KEPT_BYTES, M_MMAP_THRESHOLD: LARGEST_POOLED_BYTES}
    taken = [library.mallopt(parameter, value) == 1 for parameter, value in wanted.items()]
    return all(taken)
