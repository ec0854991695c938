"""A disk that is really full: what was saved before is whole, nothing half is left, and the message says how much room.

Six kinds of file, and a training that waits until there is room again.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.settings import Settings, load_settings, save_settings
from cnnstudio.data.loader import Batches
from cnnstudio.project import ProjectSpec, create_project, open_project
from cnnstudio.runs.writer import HistoryWriter
from cnnstudio.training import saving
from cnnstudio.training.checkpoint import Checkpoint, load_best, load_latest, save_checkpoint, save_step
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason, Noted, RunPaused, RunResumed
from cnnstudio.training.trainer import Trainer
from tests.training import toy

SIZE_MB = 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(place)]
    if mount is None or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("only an administrator may mount a small disk here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path, leave_bytes: int = 0) -> Path:
    """Fill the disk up to its last byte; the file that does it."""
    block = disk / "block"
    with contextlib.suppress(OSError), block.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65_536))
    os.truncate(block, block.stat().st_size - leave_bytes)
    return block


def checkpoint(number: int) -> Checkpoint:
    return Checkpoint({"w": torch.full((250_000,), float(number))}, {"w.m": torch.zeros(4)}, {"v": number})


def number_in(found: Checkpoint | None) -> int:
    assert found is not None
    assert (found.weights["w"] == found.state["v"]).all()
    return int(found.state["v"])


def project(disk: Path) -> tuple[Callable[[int], object], Callable[[], int]]:
    opened = create_project(disk / "p", ProjectSpec(name="1"))

    def load() -> int:
        opened.close()
        again = open_project(disk / "p")
        again.close()
        return int(again.name)

    return lambda number: opened.save(ProjectSpec(name=str(number))), load


def settings(disk: Path) -> tuple[Callable[[int], object], Callable[[], int]]:
    return lambda number: save_settings(Settings(threads=number)), lambda: load_settings().threads


def steps(disk: Path) -> tuple[Callable[[int], object], Callable[[], int]]:
    return lambda number: save_step(disk / "c", number, checkpoint(number)), lambda: number_in(load_latest(disk / "c"))


def best(disk: Path) -> tuple[Callable[[int], object], Callable[[], int]]:
    save = lambda number: save_checkpoint(disk / "c", "best", checkpoint(number))  # noqa: E731
    return save, lambda: number_in(load_best(disk / "c"))


def history(disk: Path) -> tuple[Callable[[int], object], Callable[[], int]]:
    writer, path = HistoryWriter(disk / "history.jsonl"), disk / "history.jsonl"

    def save(number: int) -> None:
        writer.write(Noted(number, "text " * 2_000, ""))
        writer.sync()

    def load() -> int:
        lines = files.read_lines(path)
        assert path.read_bytes().count(b"\n") == len(lines)
        return int(lines[-1]["step"])

    return save, load


def export(disk: Path) -> tuple[Callable[[int], object], Callable[[], int]]:
    path = disk / "out" / "history.csv"
    return lambda number: files.write_text(path, f"{number}\n" * 60_000), lambda: int(path.read_text().split()[0])


@pytest.mark.parametrize("leave_bytes", [0, 40_960])
@pytest.mark.parametrize("case", [project, settings, steps, best, history, export], ids=lambda case: case.__name__)
def test_full_disk_keeps_what_was_saved_and_says_how_much_room_there_is(
    disk: Path, monkeypatch: pytest.MonkeyPatch, case: Any, leave_bytes: int
) -> None:
    monkeypatch.setenv("CNNSTUDIO_HOME", str(disk / "home"))
    save, load = case(disk)
    save(1)
    block, error = fill(disk, leave_bytes), None
    # Small files find room in what was left, and take no more the next time.
    for number in range(2, 60):
        before = load()
        try:
            save(number)
        except FileError as raised:
            error = raised
            assert load() == before
        assert not list(disk.rglob(f"*{files.TEMP_SUFFIX}"))
        if error is not None or case in (project, settings):
            break
    if error is None:
        assert leave_bytes
        assert case in (project, settings)
    else:
        assert "The disk is full (0 MB free)" in error.message
        assert "Free some space" in error.hint
    block.unlink()
    save(60)
    assert load() == 60


def test_training_waits_for_room_and_ends_equal_to_one_that_had_it(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "TRIES_AFTER_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(saving, "TRY_AGAIN_S", 0.0)
    config = TrainConfig(optimizer={"kind": "adam"}, batch=16, epochs=3, seed=3, saving={"keep_every": 1})

    def trainer(folder: Path) -> Trainer:
        folder.mkdir()
        train = Batches(*toy.images(50), toy.PREPROCESS, config.batch, config.seed)
        val = Batches(*toy.images(20), toy.PREPROCESS, 256)
        return Trainer(toy.network(), train, val, config, torch.device("cpu"), folder / "checkpoints")

    straight, short = trainer(tmp_path / "straight"), trainer(disk / "run")
    straight.run(JobContext(), lambda event: None)
    block, events = fill(disk), list[Any]()

    def hear(event: Any) -> None:
        events.append(event)
        if isinstance(event, RunPaused):
            block.unlink()

    assert short.run(JobContext(), hear).reason is EndReason.FINISHED
    kinds = [type(event) for event in events]
    assert kinds.index(Noted) < kinds.index(RunPaused) < kinds.index(RunResumed)
    saved = load_latest(disk / "run" / "checkpoints")
    assert saved is not None
    assert all(torch.equal(tensor, saved.weights[name]) for name, tensor in straight.network.state_dict().items())
