"""The data drive goes away while several processes train one run, and somebody stops them meanwhile."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.runs.run import RunState, open_run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LIMIT_S, ENDS_S = 120.0, 20.0
PYTHON = [sys.executable, "-m"]
TORCHRUN = [*PYTHON, "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "cnnstudio"]
SET = ["batch=8", "device=cpu", "threads=1", "precision=fp32", "channels_last=off", "compile=off"]


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """Eighty small pictures of two classes, for which the cache has no room."""
    rng = np.random.default_rng(0)
    for number in range(80):
        folder = tmp_path / "drive" / ("cat", "dog")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    save_settings(Settings(cache_gb=0.0))
    return tmp_path / "drive"


def train(drive: Path, run: Path, epochs: int) -> list[str]:
    settings = [word for setting in SET for word in ("--set", setting)]
    data = ["--data", str(drive), "--network", "lenet5-modern", "--epochs", str(epochs)]
    return ["train", *data, *settings, "--out", str(run)]


def wait_for(path: Path, word: str, child: "subprocess.Popen[bytes]") -> None:
    deadline_s = time.monotonic() + LIMIT_S
    while not (path.exists() and word in path.read_text()):
        assert child.poll() is None, f"ended before '{word}' stood in {path.name}"
        assert time.monotonic() < deadline_s, f"no '{word}' in {path.name}"
        time.sleep(0.05)


def last_weights(run: Path) -> bytes:
    """The newest checkpoint's weights, to the last bit."""
    return (sorted((run / "checkpoints").glob("step-*"))[-1] / "weights.safetensors").read_bytes()


def losses(run: Path) -> list[float]:
    lines = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    return [loss for line in lines if line["event"] == "steps_done" for loss in line["losses"]]


def finished(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# Two launchers take half a minute each: the second one before a release, with the other long ones of R15.
LAUNCHERS = ["processes", *(["torchrun"] if os.environ.get("CNNSTUDIO_RANK_KILLS") else [])]


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_fault_30_stop_of_several_while_the_drive_is_away_ends_them_all_and_the_run_goes_on(
    drive: Path, tmp_path: Path, launcher: str
) -> None:
    run, calm, away = tmp_path / "run", tmp_path / "calm", drive.with_name("away")
    start, more = (TORCHRUN, []) if launcher == "torchrun" else ([*PYTHON, "cnnstudio"], ["--processes", "2"])
    command, said = [*start, *train(drive, run, 100_000), *more], tmp_path / "said"
    with said.open("wb") as file:
        child = subprocess.Popen(command, stdout=file, stderr=file)
    wait_for(run / "history.jsonl", "epoch_done", child)
    drive.rename(away)
    # Told by the process that waits; the other one may wait for its part of a step.
    wait_for(said, "Data drive missing?", child)
    everyone = psutil.Process(child.pid).children(recursive=True)
    child.send_signal(signal.SIGTERM)
    started_s = time.monotonic()
    child.wait(LIMIT_S)
    seconds = time.monotonic() - started_s
    _, alive = psutil.wait_procs(everyone, timeout=10)
    assert alive == []
    assert child.returncode != 0
    assert seconds < ENDS_S
    assert open_run(run).state is RunState.STOPPED, said.read_text()

    away.rename(drive)
    epochs = str((run / "history.jsonl").read_text().count('"epoch_done"') + 1)
    finished([*PYTHON, "cnnstudio", "resume", str(run), "--epochs", epochs, "--processes", "2"])
    finished([*PYTHON, "cnnstudio", *train(drive, calm, int(epochs)), "--processes", "2"])
    assert last_weights(run) == last_weights(calm)
    assert losses(run) == losses(calm)
