"""Fault 30: files that a training reads as it goes vanish, a few of them or the whole drive."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.apart import train_apart
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import Run, RunState
from cnnstudio.runs.store import create_run
from cnnstudio.training import absence
from cnnstudio.training.absence import most_left_out
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason, EpochDone, Guesses, Noted, RunPaused, RunResumed, StepsDone
from tests.runs.broken_off import StopAfter, is_equal

pytestmark = pytest.mark.slow
FILES, BATCH = 120, 8
FLIPS = AugmentSpec.model_validate({"operations": [{"kind": "mirror"}]})


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "RETRY_S", 0.1)


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A hundred and twenty files of two classes."""
    rng = np.random.default_rng(0)
    for number in range(FILES):
        folder = tmp_path / "drive" / ("cat", "dog")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    return tmp_path / "drive"


@pytest.fixture
def streamed(drive: Path) -> Iterator[Dataset]:
    """They are decoded anew in each epoch: there is no room for a cache."""
    save_settings(Settings(cache_gb=0.0))
    source, preprocess = FolderSource(path=str(drive)), PreprocessSpec(side=32)
    spec = DataSpec(source=source, preprocess=preprocess, augment=FLIPS)
    dataset = run_inline(lambda ctx: open_dataset(spec, ctx))
    assert type(dataset.pixels).__name__ == "StreamedPixels"
    yield dataset
    dataset.pixels.close()


@pytest.fixture
def graph() -> NetworkGraph:
    return fit_architecture("lenet5-modern", (3, 32, 32), 2)


class Unplugged:
    """Takes the drive away at an event, and brings it back when asked."""

    def __init__(self, drive: Path, at: type, number: int = 1) -> None:
        self.drive, self.away = drive, drive.with_name("away")
        self._at, self._left = at, number
        self.heard: list[Any] = []

    def __call__(self, event: Any) -> None:
        self.heard.append(event)
        if isinstance(event, self._at):
            self._left -= 1
            if self._left == 0:
                self.drive.rename(self.away)

    def bring_back(self) -> None:
        self.away.rename(self.drive)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]


def pair(
    tmp_path: Path, streamed: Dataset, graph: NetworkGraph, config: TrainConfig, workers: int = 0
) -> tuple[Run, Run]:
    """A run that was trained undisturbed, and the same one untrained."""
    own = config.replace(workers=workers, epochs=3, batch=BATCH)
    straight, run = (create_run(tmp_path / name, streamed, graph, own) for name in ("straight", "run"))
    assert train_run(JobContext(), straight, streamed).reason is EndReason.FINISHED
    return straight, run


# Guesses: at the start, before the first batch; EpochDone: while batches of the next epoch are prepared.
@pytest.mark.parametrize(("at", "workers"), [(EpochDone, 0), (EpochDone, 2), (Guesses, 0)])
def test_fault_30_a_drive_that_goes_away_is_waited_for_and_the_same_bits_come_out(
    streamed: Dataset, drive: Path, tmp_path: Path, graph: NetworkGraph, config: TrainConfig, at: type, workers: int
) -> None:
    straight, run = pair(tmp_path, streamed, graph, config, workers)
    hear = Unplugged(drive, at)

    def hear_and_mend(event: Any) -> None:
        hear(event)
        if isinstance(event, RunPaused):
            assert run.state is RunState.PAUSED
            threading.Timer(0.3, hear.bring_back).start()

    assert train_run(JobContext(hear_and_mend), run, streamed).reason is EndReason.FINISHED
    (paused,) = hear.of(RunPaused)
    assert paused.why.startswith(f"Data drive missing? {drive}")
    assert "does not exist any more" in paused.why
    assert len(hear.of(RunResumed)) == 1
    assert hear.of(Noted) == []
    assert is_equal(run, straight)
    assert [epoch.val_loss for epoch in run.epochs()] == [epoch.val_loss for epoch in straight.epochs()]
    assert "Data drive missing?" in " ".join(line["text"] for line in run.journal())


def test_fault_30_a_drive_that_goes_away_in_the_validation_is_waited_for_too(
    streamed: Dataset, drive: Path, tmp_path: Path, graph: NetworkGraph, config: TrainConfig
) -> None:
    straight, run = pair(tmp_path, streamed, graph, config)
    hear = Unplugged(drive, _LastStep)
    steps = len(streamed.indices("train")) // BATCH + 1

    def hear_and_mend(event: Any) -> None:
        is_last = isinstance(event, StepsDone) and event.last_step == steps
        hear(_LastStep() if is_last else event)
        if isinstance(event, RunPaused):
            assert event.step == steps
            hear.bring_back()

    assert train_run(JobContext(hear_and_mend), run, streamed).reason is EndReason.FINISHED
    assert len(hear.of(RunPaused)) == len(hear.of(RunResumed)) == 1
    assert is_equal(run, straight)
    assert [epoch.val_loss for epoch in run.epochs()] == [epoch.val_loss for epoch in straight.epochs()]


class _LastStep:
    """The first epoch's last step was told: the validation is next."""


@pytest.mark.parametrize("at", [EpochDone, _LastStep])
def test_fault_30_stop_while_the_drive_is_away_leaves_a_run_that_goes_on_to_the_same_bits(
    streamed: Dataset, drive: Path, tmp_path: Path, graph: NetworkGraph, config: TrainConfig, at: type
) -> None:
    straight, run = pair(tmp_path, streamed, graph, config)
    hear = Unplugged(drive, at)
    steps = len(streamed.indices("train")) // BATCH + 1

    def hear_and_stop(event: Any) -> None:
        is_last = isinstance(event, StepsDone) and event.last_step == steps
        hear(_LastStep() if is_last else event)
        if isinstance(event, RunPaused):
            ctx.cancel()

    ctx = JobContext(hear_and_stop)
    assert train_run(ctx, run, streamed).reason is EndReason.STOPPED
    assert run.state is RunState.STOPPED
    hear.bring_back()
    assert train_run(JobContext(), run, streamed).reason is EndReason.FINISHED
    assert is_equal(run, straight)
    assert [epoch.val_loss for epoch in run.epochs()] == [epoch.val_loss for epoch in straight.epochs()]


def test_go_on_asks_the_drive_at_once_and_says_that_it_is_still_away(
    streamed: Dataset, drive: Path, tmp_path: Path, graph: NetworkGraph, config: TrainConfig, monkeypatch: Any
) -> None:
    monkeypatch.setattr(absence, "RETRY_S", 600.0)
    run = create_run(tmp_path / "run", streamed, graph, config.replace(epochs=2))
    hear = Unplugged(drive, EpochDone)

    def hear_and_press(event: Any) -> None:
        hear(event)
        if isinstance(event, RunPaused):
            if len(hear.of(RunPaused)) == 3:
                hear.bring_back()
            threading.Timer(0.3, ctx.resume).start()

    ctx = JobContext(hear_and_press)
    assert train_run(ctx, run, streamed).reason is EndReason.FINISHED
    assert len(hear.of(RunPaused)) == 3
    assert len(hear.of(RunResumed)) == 1


def test_go_on_reaches_a_training_in_a_process_of_its_own(
    streamed: Dataset, drive: Path, tmp_path: Path, graph: NetworkGraph, config: TrainConfig
) -> None:
    run = create_run(tmp_path / "run", streamed, graph, config.replace(epochs=2))
    hear = Unplugged(drive, EpochDone)

    def hear_and_press(event: Any) -> None:
        hear(event)
        if isinstance(event, RunPaused):
            # There it tries again every 5 s: far later than somebody presses.
            threading.Timer(0.2, ctx.resume).start()
            if len(hear.of(RunPaused)) == 2:
                hear.bring_back()

    ctx = JobContext(hear_and_press)
    assert train_apart(ctx, run).reason is EndReason.FINISHED
    assert len(hear.of(RunPaused)) == 2


def test_fault_30_one_file_in_a_hundred_is_left_out_and_told(
    streamed: Dataset, tmp_path: Path, graph: NetworkGraph, config: TrainConfig
) -> None:
    run = create_run(tmp_path / "run", streamed, graph, config.replace(epochs=3, batch=BATCH))
    gone = streamed.paths[int(streamed.indices("train")[5])]
    heard: list[Any] = []

    def hear(event: Any) -> None:
        heard.append(event)
        if isinstance(event, EpochDone) and event.epoch == 1:
            gone.unlink()

    assert most_left_out(FILES) == 1
    assert train_run(JobContext(hear), run, streamed).reason is EndReason.FINISHED
    (told,) = [event for event in heard if isinstance(event, Noted)]
    assert f"1 picture can't be read any more and is left out: '{gone.name}'" in told.text
    assert told in run.history()
    assert not [event for event in heard if isinstance(event, RunPaused)]
    # No batch became smaller.
    assert run.epochs()[-1].step == 3 * run.epochs()[0].step


def test_fault_30_more_than_a_few_files_are_waited_for(
    streamed: Dataset, tmp_path: Path, graph: NetworkGraph, config: TrainConfig
) -> None:
    straight, run = pair(tmp_path, streamed, graph, config)
    gone = [streamed.paths[int(row)] for row in streamed.indices("train")[:3]]
    heard: list[Any] = []

    def hear(event: Any) -> None:
        heard.append(event)
        if isinstance(event, EpochDone) and event.epoch == 1:
            for path in gone:
                path.rename(path.with_suffix(".away"))
        elif isinstance(event, RunPaused):
            for path in gone:
                path.with_suffix(".away").rename(path)

    assert train_run(JobContext(hear), run, streamed).reason is EndReason.FINISHED
    assert [type(event) for event in heard if isinstance(event, Noted | RunPaused)] == [RunPaused]
    assert is_equal(run, straight)


def test_a_streamed_training_that_is_stopped_goes_on_to_the_same_bits(
    streamed: Dataset, tmp_path: Path, graph: NetworkGraph, config: TrainConfig
) -> None:
    straight, run = pair(tmp_path, streamed, graph, config)
    assert train_run(StopAfter(7), run, streamed).reason is EndReason.STOPPED
    assert train_run(JobContext(), run, streamed).reason is EndReason.FINISHED
    assert is_equal(run, straight)


@pytest.mark.parametrize(("pictures", "most"), [(2, 1), (100, 1), (250, 2), (4_999, 49), (1_000_000, 50)])
def test_a_hundredth_is_left_out_at_most(pictures: int, most: int) -> None:
    assert most_left_out(pictures) == most
