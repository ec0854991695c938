"""What the benchmarks share: children, medians, percentiles."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def child(code: str, *args: str, **environment: str) -> str:
    """Run Python code in a fresh process with a home of its own, offscreen; its stdout."""
    with tempfile.TemporaryDirectory() as home:
        surroundings = {**os.environ, "CNNSTUDIO_HOME": home, "QT_QPA_PLATFORM": "offscreen", **environment}
        done = subprocess.run(
            [sys.executable, "-c", code, *args], env=surroundings, stdout=subprocess.PIPE, text=True, check=True
        )
    return done.stdout


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """ "0.41 s (0.40 to 0.45)": median and range."""
    numbers = [f"{value:,.{digits}f}" for value in (median(values), min(values), max(values))]
    return f"{numbers[0]}{unit} ({numbers[1]} to {numbers[2]})"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
