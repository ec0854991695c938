"""The end of the process."""

import atexit
import contextlib
import os
import sys
import threading
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End this process now, after all that libraries registered for its end.

    Python's own end goes once more through everything that torch made, half a million objects: two seconds, and more on
    a busy machine, in which a closed window's process would live on with nothing left to do. Where a thread still works
    for the program, it ends in Python's way, which waits for it.
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if all(thread.daemon for thread in others):
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            # Whoever read our output may be gone, and a program without a console has neither.
            with contextlib.suppress(AttributeError, OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
