"""Several processes: their gradients add up to the whole batch's, and none is left behind when one dies.

`CNNSTUDIO_RANK_KILLS=20` makes it the test before a release.
"""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import torch

from cnnstudio.core.errors import RecipeError, RunError
from cnnstudio.data.loader import Batches
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.training import joining
from cnnstudio.training.joining import STORE, Place, find_place, joined

LIMIT_S = 60.0
KILLS = int(os.environ.get("CNNSTUDIO_RANK_KILLS", "3"))
# Trains a part of one batch in a process of its own and writes the gradients, statistics, loss and hits.
SHARE = """
import os, sys, torch
from safetensors.torch import save_file
from cnnstudio.training.distributed import Group
from cnnstudio.training.hits import count_hits
from cnnstudio.training.joining import find_place, joined
from cnnstudio.training.losses.cross_entropy import CrossEntropy
from cnnstudio.training.team import Team

torch.manual_seed(0)
network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.Conv2d(8, 8, 3),
    torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8 * 12 * 12, 5),
)
images, targets = torch.randn(9, 3, 16, 16), torch.arange(9) % 5
loss = CrossEntropy(weighting="balanced").build([5, 1, 2, 3, 4], torch.device("cpu"))

def step(team, part):
    mine = team.weigh(loss, 9)
    logits = network(images[part])
    value = mine.mean(logits, targets[part])
    value.backward()
    found, score = team.add_up(network, value.detach(), logits.detach(), targets[part])
    tensors = {f"gradient.{n}": p.grad for n, p in network.named_parameters()}
    tensors.update({f"buffer.{n}": b.float() for n, b in network.named_buffers()})
    save_file({**tensors, "loss": found.reshape(1), "hits": torch.tensor([float(count_hits([score])[0])])}, sys.argv[1])

place = find_place(os.environ)
if place is None:
    step(Team(), torch.arange(9))
else:
    with joined(place, "cpu", several_machines=False) as device:
        group = Group(device, syncs_norms=True)
        group.prepare(network)
        step(group, torch.arange(9).tensor_split(place.size)[place.rank])
"""


def environment(rank: int, size: int, store: Path) -> dict[str, str]:
    return {**os.environ, "RANK": str(rank), "WORLD_SIZE": str(size), STORE: str(store), "OMP_NUM_THREADS": "1"}


@pytest.mark.slow
def test_gradients_of_two_uneven_shares_add_up_to_those_of_the_whole_batch(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    arguments = [sys.executable, "-W", "error", "-c", SHARE]
    subprocess.run([*arguments, str(tmp_path / "whole")], check=True)
    parts = [
        subprocess.Popen([*arguments, str(tmp_path / f"part{rank}")], env=environment(rank, 2, tmp_path / "store"))
        for rank in range(2)
    ]
    assert [part.wait(LIMIT_S) for part in parts] == [0, 0]
    whole, *shares = (load_file(tmp_path / name) for name in ("whole", "part0", "part1"))
    assert set(whole) == set(shares[0]) == set(shares[1])
    for share in shares:
        differences = {name: float((share[name] - whole[name]).abs().max()) for name in whole}
        # float32's rounding of sums in another order; measured: at most 3.3e-7.
        assert max(differences.values()) < 2e-6, differences
    assert all(torch.equal(shares[0][name], shares[1][name]) for name in whole)


def test_shares_are_the_batch_of_one_process_cut_in_two() -> None:
    pixels = torch.randint(0, 256, (11, 1, 8, 8), dtype=torch.uint8)
    spec = PreprocessSpec(side=8, channels=1, mean=(0.5,), std=(0.25,))
    whole = Batches(pixels, torch.arange(11), spec, 4, seed=3)
    halves = [Batches(pixels, torch.arange(11), spec, 4, seed=3, share=share, shares=2) for share in range(2)]
    # Three images are left over for the last batch: too few for two shares.
    assert (whole.count(), halves[0].count()) == (3, 2)
    together = list(zip(*(half.epoch(1) for half in halves), strict=True))
    for (images, labels), ((a, b), (c, d)) in zip(list(whole.epoch(1))[:2], together, strict=True):
        assert torch.equal(images, torch.cat([a, c]))
        assert torch.equal(labels, torch.cat([b, d]))
    judged = torch.cat([labels for half in halves for _, labels in half.in_order()])
    assert torch.equal(judged, torch.arange(11))


def test_places_are_read_from_torchruns_and_slurms_variables() -> None:
    torchrun = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    assert find_place(torchrun) == Place(3, 4, 1, 2, "env://")
    slurm = {"SLURM_JOB_ID": "77", "SLURM_STEP_ID": "0", "SLURM_PROCID": "5", "SLURM_NTASKS": "8"}
    several = {"SLURM_LOCALID": "1", "SLURM_NNODES": "2", "SLURM_NTASKS_PER_NODE": "4", "MASTER_ADDR": "node1"}
    assert find_place({**slurm, **several}) == Place(5, 8, 1, 4, "tcp://node1:20077")
    one = find_place({**slurm, "SLURM_LOCALID": "5", "SLURM_NNODES": "1"})
    assert one is not None
    assert (one.local_size, one.store.startswith("file://")) == (8, True)
    assert find_place({}) is None
    assert find_place({"RANK": "0", "WORLD_SIZE": "1"}) is None


def test_slurm_says_in_its_own_shorthand_how_many_tasks_a_node_has() -> None:
    # As srun sets them for a step of seven tasks on four of the allocation's six nodes, without --ntasks-per-node.
    step = {"SLURM_JOB_ID": "9", "SLURM_STEP_ID": "1", "SLURM_NTASKS": "12", "SLURM_NNODES": "6", "SLURM_LOCALID": "0"}
    step |= {"SLURM_STEP_NUM_TASKS": "7", "SLURM_STEP_NUM_NODES": "4", "SLURM_STEP_TASKS_PER_NODE": "2(x3),1"}
    step |= {"SLURM_TASKS_PER_NODE": "2(x6)", "SLURM_LAUNCH_NODE_IPADDR": "10.0.0.1"}
    for node, (rank, count) in enumerate([(0, 2), (2, 2), (4, 2), (6, 1)]):
        place = find_place({**step, "SLURM_PROCID": str(rank), "SLURM_NODEID": str(node)})
        assert place == Place(rank, 7, 0, count, "tcp://10.0.0.1:20009")
    with pytest.raises(RecipeError, match="names 4 nodes"):
        find_place({**step, "SLURM_PROCID": "6", "SLURM_NODEID": "4"})


def test_whoever_finds_nobody_says_whom_he_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "TIMEOUT", timedelta(seconds=0.5))
    alone = Place(1, 2, 0, 1, "tcp://127.0.0.1:1")
    with pytest.raises(RunError, match="Process 2 of 2 could not join") as failed, contextlib.ExitStack() as stack:
        stack.enter_context(joined(alone, "cpu", several_machines=True))
    assert "tcp://127.0.0.1:1" in failed.value.message
    assert "MASTER_ADDR" in failed.value.hint


def test_incomplete_variables_and_other_machines_that_nobody_asked_for_are_refused() -> None:
    with pytest.raises(RecipeError, match="incomplete"):
        find_place({"WORLD_SIZE": "2"})
    away = Place(0, 4, 0, 2, "env://")
    with (
        pytest.raises(RecipeError, match="2 of the 4 processes are on other machines"),
        joined(away, "cpu", several_machines=False),
    ):
        pass


ARGUMENTS = [
    *("train", "--data", "digits", "--network", "lenet5", "--epochs", "2", "--set", "batch=32"),
    *("--set", "device=cpu", "--set", "threads=1", "--set", "precision=fp32"),
    *("--set", "channels_last=off", "--set", "compile=off"),
]


def losses(run: Path) -> list[float]:
    lines = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    return [loss for line in lines if line["event"] == "steps_done" for loss in line["losses"]]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_learn_what_one_learns_and_one_of_them_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cnnstudio", *ARGUMENTS]
    subprocess.run([*command, "--out", str(tmp_path / "one")], check=True, capture_output=True)
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "two"), "--processes", "2"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    one, two = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert len(one) == len(two) == 2 * 40
    # The first steps agree to rounding; later ones drift apart, as with another number of threads.
    assert one[:10] == pytest.approx(two[:10], abs=2e-6)
    assert done.stdout.count("epoch ") == 2


def group_of(child: "subprocess.Popen[str]") -> list[int]:
    """The processes that `child` started and that still live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == child.pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def listening(process: int) -> set[str]:
    """Addresses at which a process waits for connections."""
    found = psutil.Process(process).net_connections("tcp")
    return {connection.laddr.ip for connection in found if connection.status == psutil.CONN_LISTEN}


def kill_one(command: list[str], run: Path, victim: int) -> tuple[int, float, str, list[int]]:
    """Start, wait for steps, kill one process; the exit code, seconds until all ended, what was said, who is left."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline_s = time.monotonic() + LIMIT_S
    journal = run / "history.jsonl"
    while not (journal.exists() and "steps_done" in journal.read_text()) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    ranks = group_of(child)
    assert {address for rank in ranks for address in listening(rank)} <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    os.kill(ranks[victim], signal.SIGKILL)
    started_s = time.monotonic()
    said, _ = child.communicate(timeout=LIMIT_S)
    left = [rank for rank in ranks if Path(f"/proc/{rank}").exists()]
    return child.returncode, time.monotonic() - started_s, said, left


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("launcher", "victim"),
    list(itertools.islice(itertools.cycle([("torchrun", 1), ("processes", 0), ("processes", 1)]), KILLS)),
)
def test_when_one_process_is_killed_all_stop_with_its_error_and_it_goes_on(
    tmp_path: Path, launcher: str, victim: int
) -> None:
    run, python = tmp_path / "run", [sys.executable, "-m"]
    start = {
        "torchrun": [*python, "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "cnnstudio"],
        "processes": [*python, "cnnstudio"],
    }[launcher]
    more = [] if launcher == "torchrun" else ["--processes", "2"]
    code, seconds, said, left = kill_one([*start, *ARGUMENTS, "--epochs", "400", "--out", str(run), *more], run, victim)
    assert code != 0
    assert seconds < LIMIT_S
    assert left == []
    assert "lost another one" in said or "SIGKILL" in said
    epochs = str((run / "history.jsonl").read_text().count('"epoch_done"') + 1)
    cnnstudio, two = [*python, "cnnstudio"], ["--processes", "2"]
    for command in (
        [*cnnstudio, "resume", str(run), "--epochs", epochs, *two],
        [*cnnstudio, *ARGUMENTS, "--epochs", epochs, "--out", str(tmp_path / "calm"), *two],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert last_weights(run) == last_weights(tmp_path / "calm")


def last_weights(run: Path) -> bytes:
    """The newest checkpoint's weights, to the last bit."""
    newest = sorted((run / "checkpoints").glob("step-*"))[-1]
    return (newest / "weights.safetensors").read_bytes()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_asked_to_stop_all_save_and_end_and_one_says_so(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "cnnstudio", *ARGUMENTS, "--epochs", "400", "--out", str(run), "--processes", "2"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not (run / "history.jsonl").exists() and child.poll() is None:
        time.sleep(0.05)
    ranks = group_of(child)
    child.terminate()
    said, _ = child.communicate(timeout=LIMIT_S)
    assert child.returncode == 130, said
    assert said.count("Error: Stopped") == 1
    assert [rank for rank in ranks if Path(f"/proc/{rank}").exists()] == []
    assert '"stopped"' in (run / "journal.jsonl").read_text().splitlines()[-1]
