"""`--processes N`: this command started N times on this machine, without a socket that others could reach."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from cnnstudio.training.joining import STORE

POLL_S = 0.1
GRACE_S = 20.0  # to save, once one of them has ended with an error


def launch(count: int, arguments: Sequence[str] | None = None) -> int:
    """Run the same command line in `count` processes that find each other through a file; returns the exit code.

    If one fails, the others are asked to stop, and ended if they don't: none is left behind.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    with tempfile.TemporaryDirectory(prefix="cnnstudio-") as folder:
        children: list[subprocess.Popen[bytes]] = []

        def pass_on(number: int, frame: FrameType | None) -> None:
            for child in children:
                child.terminate()

        before = signal.signal(signal.SIGTERM, pass_on)
        try:
            for rank in range(count):
                variables = _variables(rank, count, Path(folder) / "store")
                children.append(subprocess.Popen([sys.executable, "-m", "cnnstudio", *arguments], env=variables))
            return _supervise(children)
        finally:
            _end(children)
            signal.signal(signal.SIGTERM, before)


def _variables(rank: int, count: int, store: Path) -> Mapping[str, str]:
    place = {"RANK": rank, "WORLD_SIZE": count, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": count, STORE: store}
    return {**os.environ, **{name: str(value) for name, value in place.items()}}


def _supervise(children: "Sequence[subprocess.Popen[bytes]]") -> int:
    """Wait until all have ended, or until one has failed; the first failure's code."""
    while True:
        try:
            codes = [child.poll() for child in children]
            failed = next((code for code in codes if code), None)
            if failed is not None:
                return failed if failed > 0 else 128 - failed
            if all(code == 0 for code in codes):
                return 0
            time.sleep(POLL_S)
        except KeyboardInterrupt:
            # The terminal has told the children too: they save, and end.
            continue


def _end(children: "Sequence[subprocess.Popen[bytes]]") -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline_s = time.monotonic() + GRACE_S
    for child in children:
        try:
            child.wait(max(0.1, deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
