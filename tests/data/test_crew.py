"""Workers that are killed, crash or hang: noticed, replaced, and nobody can tell from the batches.

`CNNSTUDIO_WORKER_FAULTS=50` makes it the test before a release.
"""

import hashlib
import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from cnnstudio.core.errors import DataError
from cnnstudio.data.augment_presets import preset
from cnnstudio.data.batch_worker import Setup
from cnnstudio.data.crew import START_LIMIT_S, Crew
from cnnstudio.data.distort import Distorter
from cnnstudio.data.loader import Batches
from cnnstudio.data.spec import PreprocessSpec

FAULTS = int(os.environ.get("CNNSTUDIO_WORKER_FAULTS", "4"))
NOTICED_S = 15.0
N, SIZE = 120, 8
SPEC = PreprocessSpec(mean=(0.5,) * 3, std=(0.25,) * 3)
DISTORTER = Distorter(preset("photos", 32), 3, (0.5,) * 3)
PIXELS = np.random.default_rng(0).integers(0, 256, (N, 3, 32, 32), dtype=np.uint8)
LABELS = np.arange(N) % 4


def setup() -> Setup:
    return Setup(np.arange(N), LABELS, SPEC, SIZE, 3, np.arange(N), DISTORTER, 4, PIXELS)


def batches(crew: Crew | None) -> Batches:
    labels = torch.from_numpy(LABELS)
    return Batches(torch.from_numpy(PIXELS), labels, SPEC, SIZE, 3, None, DISTORTER, 4, crew)


def digest(made: Batches, between: Callable[[int], None] = lambda number: None) -> str:
    state = hashlib.sha256()
    for number, (images, targets) in enumerate(made.epoch(2)):
        state.update(images.numpy().tobytes() + targets.numpy().tobytes())
        between(number)
    return state.hexdigest()


def workers_of_this_process() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.slow
@pytest.mark.timeout(max(120, 20 * FAULTS))
@pytest.mark.parametrize("number", range(FAULTS))
def test_a_worker_that_dies_or_hangs_is_replaced_and_the_batches_stay(number: int) -> None:
    how = ("SIGKILL", "SIGSEGV", "SIGTERM", "SIGSTOP")[number % 4]
    at = 3 if number < 4 else random.Random(number).randrange(N // SIZE - 4)
    expected = digest(batches(None))
    crew = Crew(setup(), 1, chunk_images=SIZE, time_limit_s=2.0)
    times_s: list[float] = []

    def hit(batch: int) -> None:
        times_s.append(time.monotonic())
        if batch == at:
            os.kill(workers_of_this_process()[0].pid, getattr(signal, how))

    try:
        assert digest(batches(crew), hit) == expected
        assert 1 <= crew.restarts <= 3
        # Noticed, and replaced by a fresh one that loads its libraries first.
        assert max(after - before for before, after in itertools.pairwise(times_s)) < NOTICED_S + START_LIMIT_S
    finally:
        crew.close()
    assert not workers_of_this_process()


class Failing:
    """A pool whose first tasks fail."""

    def __init__(self, failures: list[BaseException]) -> None:
        self._failures = failures
        self.asked = 0

    def schedule(self, function: Any, args: tuple[Any, ...], timeout: float) -> "Future[Any]":
        self.asked += 1
        future: Future[Any] = Future()
        if self._failures:
            future.set_exception(self._failures.pop(0))
        else:
            images, targets = batches(None).draw(torch.from_numpy(args[0]), args[1])
            future.set_result((images.numpy(), targets.numpy()))
        return future

    def stop(self) -> None:
        """Nothing runs."""

    def join(self) -> None:
        """Nothing runs."""


def crew_on(pool: Failing) -> Crew:
    crew = Crew(setup(), 1, chunk_images=SIZE)
    crew._pool = pool  # type: ignore[assignment]
    crew._running_pool = lambda: pool  # type: ignore[method-assign, assignment, return-value]
    return crew


def test_what_a_worker_raises_is_tried_again() -> None:
    pool = Failing([MemoryError("no memory"), TimeoutError(), OSError("gone")])
    crew = crew_on(pool)
    assert digest(batches(crew)) == digest(batches(None))
    assert crew.restarts == 3
    assert pool.asked == N // SIZE + 3


def test_after_three_restarts_the_user_is_told_what_to_do() -> None:
    crew = crew_on(Failing([MemoryError("no memory")] * 9))
    with pytest.raises(DataError, match="failed 4 times: no memory") as caught:
        digest(batches(crew))
    assert "workers to 0" in caught.value.hint
