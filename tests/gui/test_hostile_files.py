"""A corpus of hostile files through every door: dropped on the window, and given to the command line under strace."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.gui.drop_target import take_drop
from cnnstudio.gui.drops import meaning
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.session import Session
from cnnstudio.gui.weights_dialog import WeightsDialog
from tests.hostile import network_files, project_folders, sound_but_unbuildable, weights_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
TIMEOUT_MS = 90_000
# What unpickling may find: our own answers from children, and plain containers.
HARMLESS = re.compile(r"(cnnstudio|collections|builtins|pathlib|pebble|multiprocessing|concurrent|numpy|torch)\b")
DANGEROUS = ("eval", "exec", "getattr", "__import__", "open", "compile")
_seen: list[str] = []
_is_watching = False


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: nothing can take it away again, so it is made once and switched."""
    if not _is_watching:
        return
    if event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "socket.connect"):
        _seen.append(f"{event} {args!r:.200}")
    if event == "pickle.find_class" and (not HARMLESS.match(str(args[0])) or args[1] in DANGEROUS):
        _seen.append(f"unpickled {args}")


@pytest.fixture(scope="session")
def hook() -> None:
    sys.addaudithook(_watch)


@pytest.fixture
def watched(hook: None) -> Iterator[list[str]]:
    """What this process did that a file must not make it do."""
    global _is_watching
    _seen.clear()
    _is_watching = True
    yield _seen
    _is_watching = False


@pytest.fixture
def window(main_window: MainWindow, shapes_session: Session) -> MainWindow:
    shapes_session.use_architecture("lenet5-modern")
    return main_window


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.session.jobs.active(), timeout=TIMEOUT_MS)
    qtbot.wait(80)


def test_weights_dropped_on_the_window_are_refused_or_shown_and_never_run(
    window: MainWindow, watched: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    canary = tmp_path / "canary"
    before = window.session.graph
    refused = 0
    for path in weights_files(tmp_path / "files", canary):
        take_drop(window.session, meaning([path]))
        dialog = window.findChildren(WeightsDialog)[-1]
        qtbot.waitUntil(lambda d=dialog: d.shows_plan() or d.error.isVisible(), timeout=TIMEOUT_MS)
        refused += dialog.error.isVisible()
        assert not dialog.import_button.isEnabled() or dialog.shows_plan()
        with qtbot.waitSignal(dialog.destroyed):
            dialog.reject()
    assert not canary.exists()
    assert watched == []
    assert refused >= 30
    assert window.session.graph == before
    assert window.session.runs == []


def test_networks_dropped_on_the_window_leave_the_graph_as_it_was(
    window: MainWindow, watched: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    before = window.session.graph
    told: list[tuple[str, str, str]] = []
    window.session.notice.connect(lambda *notice: told.append(notice))
    for path in network_files(tmp_path / "files"):
        told.clear()
        take_drop(window.session, meaning([path]))
        settle(window, qtbot)
        assert [kind for kind, _, _ in told] == ["bad"], (path.read_text()[:200], told)
        assert "Traceback" not in told[0][1]
        assert "fault of CNN Studio" not in told[0][2]
        assert window.session.graph == before
    assert watched == []


def test_networks_that_cannot_be_built_are_shown_with_their_problem(
    window: MainWindow, watched: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    for path in sound_but_unbuildable(tmp_path / "files"):
        take_drop(window.session, meaning([path]))
        settle(window, qtbot)
        assert window.session.validation is not None
        assert window.session.validation.problems
        assert window.session.training.why_not_start()
        window.session.undo()
    assert watched == []


def test_projects_dropped_on_the_window_are_opened_or_refused_in_words(
    window: MainWindow, watched: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    told: list[tuple[str, str, str]] = []
    window.session.notice.connect(lambda *notice: told.append(notice))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("1")
    for path in project_folders(tmp_path / "files"):
        take_drop(window.session, meaning([path]))
        settle(window, qtbot)
    assert told
    assert all("fault of CNN Studio" not in hint for _, _, hint in told)
    assert (outside / "keep").read_text() == "1"
    assert watched == []


PROGRAM = """
import sys
from pathlib import Path
from cnnstudio.cli import main
from tests.hostile import network_files, sound_but_unbuildable, weights_files
home = Path(sys.argv[1])
codes = []
for path in weights_files(home / "w", home / "canary"):
    codes.append(main.run(["weights", "lenet5", str(path), "--out", str(home / "runs" / path.stem)]))
for path in network_files(home / "n") + sound_but_unbuildable(home / "s"):
    codes.append(main.run(["weights", str(path), str(home / "w" / "00-pickle0.pt"), "--out", str(home / "x")]))
    codes.append(main.run(["networks", str(path)]))
print("CODES", codes)
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_command_line_starts_nothing_and_connects_to_nobody(tmp_path: Path) -> None:
    log = tmp_path / "strace.log"
    done = subprocess.run(
        [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-o",
            str(log),
            "-e",
            "trace=execve,connect",
            sys.executable,
            "-c",
            PROGRAM,
            tmp_path,
        ],
        env={**os.environ, "CNNSTUDIO_HOME": str(tmp_path / "home")},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert "CODES" in done.stdout, done.stderr[-2000:]
    codes = eval(done.stdout.rpartition("CODES ")[2])
    calls = log.read_text(errors="replace").splitlines()
    started = {re.search(r'execve\("([^"]+)"', call)[1] for call in calls if "execve(" in call and "= 0" in call}
    assert "Traceback" not in done.stderr
    assert sys.executable in started  # or nothing was traced
    assert 1 not in codes  # an error that nobody put into words
    assert {Path(name).name for name in started} <= {Path(sys.executable).name, "python3", "uname", "sh", "ldconfig"}
    assert not any(Path(name).name == "sh" for name in started)
    assert not [call for call in calls if "connect(" in call and "AF_INET" in call]
    assert not (tmp_path / "canary").exists()
    assert not (tmp_path / "runs").exists()
