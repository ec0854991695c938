"""Pause, stop, close and SIGTERM at 20 random moments of a training: how long until the process is gone?"""

import os

from tests.benchmarks.measure import spread, temporary_folder
from tests.gui.test_close_moments import WAYS, close_at_a_moment, resume_to_the_end

MOMENTS = 20


def run() -> None:
    """Print the seconds from the closing to the end of the process; each run is then resumed to its end."""
    seconds = []
    with temporary_folder() as home:
        os.environ |= {"CNNSTUDIO_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
        for number in range(MOMENTS):
            closed = close_at_a_moment(number)
            assert closed.returncode == 0, closed.errors
            assert not closed.left_behind
            resume_to_the_end(closed.project)
            seconds.append(closed.seconds)
    print(f"  {MOMENTS} of {MOMENTS} ended with 0 and were resumed to the end; ways: {'; '.join(WAYS)}")
    print(f"  seconds from closing to the end of the process: {spread(seconds)}")
