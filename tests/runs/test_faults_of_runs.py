"""Faults 82 to 100 of the catalogue, as far as no other test has them: one function a number."""

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from cnnstudio.core.errors import RunError, StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.preparing import NOT_EQUAL
from cnnstudio.runs.run import TRAIN, Run, RunState, open_run
from cnnstudio.runs.store import create_run
from cnnstudio.training import judging, passes
from cnnstudio.training.checkpoint import Checkpoint, load_latest, save_step
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.device import thread_count, usable_cores
from cnnstudio.training.events import EndReason, Noted, StepsDone
from tests.runs.broken_off import StopAfter, is_equal

EVERY = "CNNSTUDIO_EVERY_FAILURE" in os.environ  # before a release
ROOT = Path(__file__).resolve().parents[2]


def test_fault_82_memory_that_runs_out_in_the_validation_takes_smaller_batches(
    dataset: Dataset, graph: NetworkGraph, config: TrainConfig, tmp_path: Path
) -> None:
    straight, run = (create_run(tmp_path / n, dataset, graph, config.replace(epochs=1)) for n in ("straight", "run"))
    train_run(JobContext(), straight, dataset)
    real, freed = judging._verdict, []
    errors = {1: torch.OutOfMemoryError("CUDA out of memory."), 2: MemoryError()}

    def tight(network: Any, batches: Any, loss: Any, plan: Any, parts: int) -> Any:
        if parts in errors:
            raise errors[parts]
        return real(network, batches, loss, plan, parts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "_verdict", tight)
        patch.setattr(judging, "free_memory", lambda device: freed.append(passes.free_memory(device)))
        assert train_run(JobContext(), run, dataset).reason is EndReason.FINISHED
    assert len(freed) == 2
    assert is_equal(run, straight)
    assert [e.val_top1 for e in run.epochs()] == [e.val_top1 for e in straight.epochs()]


@pytest.mark.parametrize(
    "text",
    [
        "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be reported later",
        "CUDA error: device-side assert triggered",
        "CUDA error: unspecified launch failure",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR",
        "CUBLAS_STATUS_EXECUTION_FAILED when calling cublasSgemm",
    ],
)
def test_fault_88_a_device_that_breaks_down_is_told_with_the_way_on(
    run: Run, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    real, calls = passes.Passes.backward, [0]

    def broken(self: Any, *args: Any) -> Any:
        calls[0] += 1
        if calls[0] == 9:
            raise RuntimeError(text)
        return real(self, *args)

    assert train_run(StopAfter(5), run, dataset).reason is EndReason.STOPPED
    with monkeypatch.context() as patch:
        patch.setattr(passes.Passes, "backward", broken)
        with pytest.raises(RunError, match="The device broke down: ") as caught:
            train_run(JobContext(), run, dataset)
    assert text.partition("\n")[0] in caught.value.message
    assert "resume" in caught.value.hint
    assert "cpu" in caught.value.hint
    assert run.state.can_resume
    assert train_run(JobContext(), run, dataset).reason is EndReason.FINISHED


def test_other_errors_of_the_program_stay_what_they_are(
    run: Run, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, *args: Any) -> Any:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(passes.Passes, "backward", broken)
    with pytest.raises(RuntimeError, match="mat1 and mat2") as caught:
        train_run(JobContext(), run, dataset)
    assert not isinstance(caught.value, StudioError)
    assert run.state is RunState.FAILED


def test_fault_89_no_duration_is_measured_by_a_clock_that_jumps() -> None:
    """A laptop that slept, summer time, a clock that was set: time left and images a second use the monotonic one."""
    # Ages of files and stamps for other programs are times of day by nature.
    may = {"data/archives/unpacked.py", "data/cache.py", "runs/tensorboard.py"}
    found = []
    for path in sorted((ROOT / "cnnstudio").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_clock = isinstance(node, ast.Attribute) and ast.unparse(node) == "time.time"
            if is_clock and path.relative_to(ROOT / "cnnstudio").as_posix() not in may:
                found.append(f"{path}:{node.lineno}")
    assert found == []


def test_fault_90_and_91_another_device_library_or_recipe_is_told_and_kept_when_a_run_goes_on(
    run: Run, dataset: Dataset, config: TrainConfig
) -> None:
    import json

    train_run(StopAfter(5), run, dataset)
    saved = load_latest(run.checkpoints)
    assert saved is not None
    made_with = {**saved.state["made_with"], "device": "NVIDIA H200", "torch": "2.4.0", "threads": 7}
    state = {key: value for key, value in saved.state.items() if key != "hashes"}
    step = saved.state["position"]["step"]
    save_step(run.checkpoints, step, Checkpoint(saved.weights, saved.optimizer, {**state, "made_with": made_with}))
    recipe = json.loads((run.path / TRAIN).read_text())
    recipe["optimizer"]["rate"] = 0.001
    (run.path / TRAIN).write_text(json.dumps(recipe))
    changed = open_run(run.path)
    events: list[Any] = []
    assert train_run(JobContext(events.append), changed, dataset).reason is EndReason.FINISHED
    (told,) = [event for event in events if isinstance(event, Noted)]
    for words in ("device: NVIDIA H200 → CPU", "PyTorch: 2.4.0 → ", "threads: 7 → 1", "optimizer.rate: 0.003 → 0.001"):
        assert words in told.text
    assert told.hint == NOT_EQUAL
    assert told in changed.history()
    assert "NVIDIA H200" in " ".join(line["text"] for line in changed.journal())


ALONE = """
import sys
from pathlib import Path
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.apart import train_apart
from cnnstudio.runs.run import open_run
from cnnstudio.training.events import StepsDone

if __name__ == "__main__":
    tell = lambda event: print("step", flush=True) if isinstance(event, StepsDone) else None
    train_apart(JobContext(tell), open_run(Path(sys.argv[1])))
"""


@pytest.mark.slow
def test_fault_95_a_trainer_whose_window_was_killed_saves_and_ends_within_30_seconds(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    run = create_run(tmp_path / "long", dataset, graph, config.replace(epochs=100_000))
    window = subprocess.Popen([sys.executable, "-c", ALONE, str(run.path)], stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    assert window.stdout.readline() == "step\n"
    trainers = psutil.Process(window.pid).children(recursive=True)
    window.kill()
    window.wait()
    window.stdout.close()
    killed_s = time.monotonic()
    _, left = psutil.wait_procs(trainers, timeout=30)
    assert left == []
    assert time.monotonic() - killed_s < 30
    assert run.state is RunState.STOPPED
    assert load_latest(run.checkpoints) is not None


def test_fault_96_a_core_is_left_for_the_window() -> None:
    assert thread_count(0) == max(1, usable_cores() - 1)
    assert usable_cores() <= (os.cpu_count() or 1)


SMALL_SHM = """
import hashlib
from tests.data.test_crew import batches, digest, setup, SIZE
from cnnstudio.data.crew import Crew

if __name__ == "__main__":
    crew = Crew(setup(), 1, chunk_images=SIZE)
    print(digest(batches(None)) == digest(batches(crew)), crew.restarts)
    crew.close()
"""


@pytest.mark.slow
def test_fault_87_workers_need_no_shared_memory(tmp_path: Path) -> None:
    """In a container /dev/shm is small: here it has 64 kB, less than one batch."""
    mounted = 'mount -t tmpfs -o size=64k tmpfs /dev/shm && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", mounted, "sh", sys.executable, "-c", SMALL_SHM]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("only an administrator may shrink /dev/shm here")
    assert (done.returncode, done.stdout) == (0, "True 0\n"), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, *EVERY * [signal.SIGINT]], ids=lambda number: number.name)
def test_fault_94_a_signal_saves_and_ends_the_command_line(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig, number: signal.Signals
) -> None:
    run = create_run(tmp_path / "long", dataset, graph, config.replace(epochs=100_000))
    command = [sys.executable, "-m", "cnnstudio", "resume", str(run.path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    while child.poll() is None and not any(isinstance(event, StepsDone) for event in run.history()):
        time.sleep(0.05)
    child.send_signal(number)
    said, _ = child.communicate(timeout=30)
    assert child.returncode == 130, said
    assert "Traceback" not in said
    assert run.state is RunState.STOPPED
    assert load_latest(run.checkpoints) is not None
