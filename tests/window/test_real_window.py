"""The program in a real window on a virtual screen, used with a real pointer."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("driver.py")


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual screen of its own. CI must have one; elsewhere the test is left out where Xvfb isn't installed."""
    if (shutil.which("Xvfb") is None or shutil.which("xdotool") is None) and not os.environ.get("CI"):
        pytest.skip("Xvfb and xdotool aren't installed")
    read, write = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    screen.terminate()
    screen.wait(10)


@pytest.mark.window
@pytest.mark.slow
def test_one_click_leads_to_a_moving_curve_in_a_real_window(display: str, home: Path) -> None:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "CNNSTUDIO_HOME": str(home)}
    done = subprocess.run([sys.executable, str(DRIVER)], env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["clicks"] <= 3
    assert found["colours"] > 10, "the screen must show the window"


@pytest.mark.window
@pytest.mark.slow
def test_project_opens_and_sigterm_closes_it(display: str, home: Path) -> None:
    from cnnstudio.data.sources.digits import DigitsSource
    from cnnstudio.data.spec import data_spec
    from cnnstudio.project import ProjectSpec, create_project

    create_project(home / "p", ProjectSpec(name="P", data=data_spec(DigitsSource()))).close()
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "CNNSTUDIO_HOME": str(home)}
    program = subprocess.Popen(
        [sys.executable, "-m", "cnnstudio", str(home / "p")], env=environment, stderr=subprocess.PIPE, text=True
    )
    found = subprocess.run(
        ["xdotool", "search", "--sync", "--onlyvisible", "--name", "CNN Studio"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.stdout.strip()
    program.terminate()
    _, errors = program.communicate(timeout=15)
    assert program.returncode == 0, errors
    assert "Traceback" not in errors
