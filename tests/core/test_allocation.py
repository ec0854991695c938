"""Memory that a thread frees is there for its next step, without the system."""

import subprocess
import sys

import pytest

FAULTS = """
import resource, sys, threading
from cnnstudio.core.allocation import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
import numpy as np
found = []
def steps():
    for step in range(220):
        if step == 20:
            found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
        pieces = [np.ones(50_000) for _ in range(4)]  # 400 kB each: touched, and freed at the end of the step
        del pieces
    found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
thread = threading.Thread(target=steps)
thread.start()
thread.join()
print(found[1] - found[0])
"""


def page_faults(way: str) -> int:
    done = subprocess.run([sys.executable, "-c", FAULTS, way], capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's own way of giving memory back")
def test_a_thread_keeps_the_pages_of_its_last_step() -> None:
    assert page_faults("kept") < 50
    assert page_faults("as usual") > 1000  # otherwise this test shows nothing
