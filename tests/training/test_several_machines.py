"""Two machines, as network namespaces with a cable between them: found by SLURM's variables, equal to one process."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ADDRESS = "10.213.77.{}"
NAMES = ("cnnstudio-a", "cnnstudio-b")
ARGUMENTS = [
    *("train", "--data", "digits", "--network", "lenet5", "--epochs", "1", "--set", "batch=32"),
    *("--set", "device=cpu", "--set", "threads=1", "--set", "precision=fp32"),
    *("--set", "channels_last=off", "--set", "compile=off"),
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not (os.environ.get("CNNSTUDIO_TWO_MACHINES") and shutil.which("ip")), reason="makes network namespaces as root"
    ),
]


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def machines() -> Iterator[tuple[str, str]]:
    """Two namespaces that reach each other, and nothing else."""
    with ExitStack() as stack:
        for name in NAMES:
            ip("netns", "add", name)
            stack.callback(ip, "netns", "del", name)
        ip("link", "add", "cable-a", "netns", NAMES[0], "type", "veth", "peer", "name", "cable-b", "netns", NAMES[1])
        for number, name in enumerate(NAMES, 1):
            cable = f"cable-{name[-1]}"
            ip("-n", name, "addr", "add", f"{ADDRESS.format(number)}/24", "dev", cable)
            for device in (cable, "lo"):
                ip("-n", name, "link", "set", device, "up")
        yield NAMES


def losses(run: Path) -> list[float]:
    lines = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    return [loss for line in lines if line["event"] == "steps_done" for loss in line["losses"]]


def slurm(rank: int) -> dict[str, str]:
    """What srun sets for two nodes with one task each."""
    step = {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_NTASKS": "2", "SLURM_NNODES": "2", "SLURM_LOCALID": "0"}
    own = {"SLURM_PROCID": str(rank), "SLURM_NODEID": str(rank), "SLURM_STEP_TASKS_PER_NODE": "1(x2)"}
    return {**os.environ, **step, **own, "SLURM_LAUNCH_NODE_IPADDR": ADDRESS.format(1)}


def test_two_machines_learn_what_one_process_learns(machines: tuple[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cnnstudio", *ARGUMENTS]
    subprocess.run([*command, "--out", str(tmp_path / "one")], check=True, capture_output=True)
    together = [*command, "--out", str(tmp_path / "two"), "--several-nodes"]
    children = [
        subprocess.Popen(["ip", "netns", "exec", name, *together], env=slurm(rank), stderr=subprocess.PIPE, text=True)
        for rank, name in enumerate(machines)
    ]
    try:
        said = [child.communicate(timeout=120)[1] for child in children]
    finally:
        for child in children:
            child.kill()
    assert [child.returncode for child in children] == [0, 0], said
    one, two = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert len(one) == len(two) == 40
    # The first steps agree to rounding, as in tests/training/test_distributed.py.
    assert one[:10] == pytest.approx(two[:10], abs=2e-6)
