"""Trainings that take turns: a machine's pace drifts by a tenth within seconds, so ratios are taken within rounds."""

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.measure import median, temporary_folder

TURN_S, SETTLE_S = 4.0, 0.5
Settings = dict[str, str]
Rounds = list[dict[str, float]]

COUNTING = """
import json, mmap, struct, sys
with open(sys.argv[1], "r+b") as file:
    board = mmap.mmap(file.fileno(), 8)
def tell(images):
    board[:] = struct.pack("<q", images)
settings = json.loads(sys.argv[2])
def watch_steps():
    from cnnstudio.training.trainer import Trainer
    plain = Trainer._step
    def step(trainer, images, targets):
        plain(trainer, images, targets)
        tell(trainer.position.step * 32)
    Trainer._step = step
"""


class Runner:
    """A training in a process of its own, which tells its images by a shared page and runs in its turns only."""

    def __init__(self, place: Path, code: str, settings: dict[str, str]) -> None:
        place.mkdir()
        path = place / "images"
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._board = mmap.mmap(file.fileno(), 8)
        surroundings = {**os.environ, "CNNSTUDIO_HOME": str(place), "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-c", COUNTING + code, str(path), json.dumps(settings)]
        self._process = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL)
        while self.images < 20_000:
            time.sleep(0.1)
        self._process.send_signal(signal.SIGSTOP)

    @property
    def images(self) -> int:
        """Images that went through the network so far."""
        return int(struct.unpack("<q", self._board[:])[0])

    def turn(self) -> float:
        """Run for some seconds; images a second, the first moments left out."""
        self._process.send_signal(signal.SIGCONT)
        time.sleep(SETTLE_S)
        before, began_s = self.images, time.perf_counter()
        time.sleep(TURN_S)
        rate = (self.images - before) / (time.perf_counter() - began_s)
        self._process.send_signal(signal.SIGSTOP)
        return rate

    def end(self) -> None:
        """End it, as it stands."""
        self._process.kill()
        self._process.wait()


@contextmanager
def runners(ways: Mapping[str, tuple[str, Settings]]) -> Iterator[dict[str, Runner]]:
    """All trainings (code and settings of each), started one after the other and stopped."""
    started: dict[str, Runner] = {}
    with temporary_folder() as place:
        try:
            for number, (way, (code, settings)) in enumerate(ways.items()):
                started[way] = Runner(place / str(number), code, settings)
            yield started
        finally:
            for runner in started.values():
                runner.end()


def taken_in_turns(ways: Mapping[str, tuple[str, Settings]], rounds: int) -> Rounds:
    """Images a second of each training in each round."""
    with runners(ways) as started:
        return [{way: runner.turn() for way, runner in started.items()} for _ in range(rounds)]


def tell(rounds: Rounds, *pairs: tuple[str, str]) -> None:
    """Print images a second, and the medians of the rounds' ratios for some pairs."""
    for way in rounds[0]:
        rates = [each[way] for each in rounds]
        print(f"  {way:<16} {median(rates):>7,.0f} images/s  ({min(rates):,.0f} to {max(rates):,.0f})")
    for one, other in pairs:
        ratios = [each[one] / each[other] for each in rounds]
        print(f"  {one} / {other} = {median(ratios):.3f}  ({min(ratios):.3f} to {max(ratios):.3f})")
