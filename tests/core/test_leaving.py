import subprocess
import sys
from pathlib import Path

LEAVE = """
import atexit, sys, tempfile, threading, weakref
from cnnstudio.core.leaving import leave

class Thing:
    def __del__(self):
        print("Python's own end")

thing = Thing()
folder = tempfile.TemporaryDirectory(dir=sys.argv[1])
atexit.register(print, "registered")
if sys.argv[2] == "busy":
    threading.Timer(0.2, print, ("worked to its end",)).start()
print("here")
leave(7)
"""


def ended(folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LEAVE, str(folder), how], capture_output=True, text=True, timeout=30)


def test_it_runs_what_was_registered_tells_what_was_printed_and_skips_the_rest(tmp_path: Path) -> None:
    done = ended(tmp_path, "idle")
    assert (done.returncode, done.stdout.split("\n"), done.stderr) == (7, ["here", "registered", ""], "")
    assert list(tmp_path.iterdir()) == []


def test_a_thread_that_still_works_is_waited_for(tmp_path: Path) -> None:
    done = ended(tmp_path, "busy")
    assert done.returncode == 7
    assert done.stdout.startswith("here\nworked to its end\nregistered\n")
    assert list(tmp_path.iterdir()) == []
