import contextlib
import multiprocessing
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core.errors import RunError
from cnnstudio.training.checkpoint import Checkpoint, load_latest, save_step, step_folders


def save_for_ever(folder: str, version: int, told: Any) -> None:
    """In a process of its own: save version after version, and say so after each."""
    while True:
        version += 1
        weights = {f"layer{i}.weight": torch.full((300, 300), float(version)) for i in range(4)}
        moments = {"0.exp_avg": torch.full((300,), float(version))}
        save_step(Path(folder), version, Checkpoint(weights, moments, {"v": version}))
        told.send(version)


def checkpoint(value: float) -> Checkpoint:
    return Checkpoint({"w": torch.full((3, 2), value)}, {"0.m": torch.full((3,), value)}, {"value": value})


def test_checkpoint_comes_back_as_saved(tmp_path: Path) -> None:
    save_step(tmp_path, 7, checkpoint(1.5))
    loaded = load_latest(tmp_path)
    assert loaded is not None
    assert torch.equal(loaded.weights["w"], torch.full((3, 2), 1.5))
    assert torch.equal(loaded.optimizer["0.m"], torch.full((3,), 1.5))
    assert loaded.state["value"] == 1.5


@pytest.mark.parametrize("part", ["weights.safetensors", "optimizer.safetensors", "state.json"])
@pytest.mark.parametrize("harm", ["cut", "flip", "remove"])
def test_damaged_checkpoint_falls_back_to_the_one_before(tmp_path: Path, part: str, harm: str) -> None:
    save_step(tmp_path, 1, checkpoint(1.0))
    save_step(tmp_path, 2, checkpoint(2.0))
    victim = step_folders(tmp_path)[-1] / part
    content = victim.read_bytes()
    if harm == "cut":
        victim.write_bytes(content[: len(content) // 2])
    elif harm == "flip":
        victim.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    else:
        victim.unlink()
    loaded = load_latest(tmp_path)
    assert loaded is not None
    if part == "state.json" and harm == "flip" and loaded.state["value"] == 2.0:
        pytest.fail("a flipped bit in state.json went unseen")
    assert loaded.state["value"] == 1.0


def test_no_intact_checkpoint_is_an_error_that_names_the_damage(tmp_path: Path) -> None:
    save_step(tmp_path, 1, checkpoint(1.0))
    (step_folders(tmp_path)[0] / "weights.safetensors").write_bytes(b"junk")
    with pytest.raises(RunError, match=r"weights\.safetensors is not what was written"):
        load_latest(tmp_path)


def test_missing_weights_are_named_with_what_to_do(tmp_path: Path) -> None:
    save_step(tmp_path, 1, checkpoint(1.0))
    (step_folders(tmp_path)[0] / "weights.safetensors").unlink()
    with pytest.raises(RunError, match=r"weights\.safetensors does not exist") as found:
        load_latest(tmp_path)
    assert "Errno" not in found.value.message
    assert "back from a copy" in found.value.hint


@pytest.mark.slow
def test_kill_during_save_never_breaks_nor_ages_a_checkpoint(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "cnnstudio.training.checkpoint"])
    draw, version = random.Random(4), 0
    kills = int(os.environ.get("CNNSTUDIO_KILLS", "100"))
    for _ in range(kills):
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=save_for_ever, args=(str(tmp_path), version, there))
        child.start()
        there.close()
        acknowledged = here.recv()
        time.sleep(draw.uniform(0.005, 0.25))  # the moment of the kill is what is being tested
        child.kill()
        child.join()
        with contextlib.suppress(EOFError):
            while True:
                acknowledged = here.recv()
        loaded = load_latest(tmp_path)
        assert loaded is not None
        version = int(loaded.state["v"])
        assert version >= acknowledged
        assert all((tensor == version).all() for tensor in (*loaded.weights.values(), *loaded.optimizer.values()))
