"""The end of the program: what still computes is left, and what it waits for is ended."""

import subprocess
import sys
import time

import psutil
import pytest

BUSY = """
import subprocess, sys, threading
from cnnstudio.gui.crash import start_log
from cnnstudio.gui.launch import _end
start_log()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
threading.Thread(target=child.wait, name="lane-train").start()
print(child.pid, flush=True)
sys.exit(_end(0))
"""


@pytest.mark.slow
def test_a_thread_that_waits_for_a_compiler_keeps_neither_the_program_nor_the_compiler_alive() -> None:
    done = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == ""
    pid, deadline_s = int(done.stdout), time.monotonic() + 5
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
