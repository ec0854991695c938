"""Throw-away children: what they answer, and what happens if they don't."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnstudio.core.children import ChildDied, ChildTooSlow, own_address_space, run_in_child
from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext

pytestmark = pytest.mark.slow
ROOM = 300_000_000


def test_a_child_answers_and_raises_what_the_function_raises() -> None:
    assert run_in_child(math.sqrt, 9.0, time_limit_s=30, memory_bytes=ROOM, ctx=None) == 3.0
    with pytest.raises(ValueError, match=r"negative|math domain"):
        run_in_child(math.sqrt, -1.0, time_limit_s=30, memory_bytes=ROOM, ctx=None)


def test_a_child_that_dies_or_takes_too_long_is_told_apart() -> None:
    with pytest.raises(ChildDied):
        run_in_child(os._exit, 3, time_limit_s=30, memory_bytes=ROOM, ctx=None)
    start = time.monotonic()
    with pytest.raises(ChildTooSlow, match="1 s"):
        run_in_child(time.sleep, 60.0, time_limit_s=1, memory_bytes=ROOM, ctx=None)
    assert time.monotonic() - start < 20


@pytest.mark.skipif(not own_address_space(), reason="the system doesn't limit memory")
def test_a_child_has_no_more_memory_than_it_was_given() -> None:
    assert len(run_in_child(bytes, 100_000_000, time_limit_s=30, memory_bytes=ROOM, ctx=None)) == 100_000_000
    with pytest.raises(MemoryError):
        run_in_child(bytes, 2 * ROOM, time_limit_s=30, memory_bytes=ROOM, ctx=None)


def test_a_cancelled_job_ends_its_child() -> None:
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        run_in_child(time.sleep, 60.0, time_limit_s=60, memory_bytes=ROOM, ctx=ctx)


def test_a_child_does_not_run_the_main_module_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    # Without a guard on __name__ a spawned child would otherwise run this script anew.
    script.write_text(
        "import math\nfrom cnnstudio.core.children import run_in_child\nprint('main', flush=True)\n"
        "print(run_in_child(math.sqrt, 4.0, time_limit_s=30, memory_bytes=300_000_000, ctx=None))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "main\n2.0\n"
