"""A training of minutes or hours: does the memory grow, do open files pile up, how large gets what is written?

Counted is memory of the process's own. Pages of mapped files (libraries, pixels) come and go as the system likes, and
glibc's own way of giving memory back makes waves of 20 MB: memory is got as the program gets it.

CNNSTUDIO_SOAK_S sets the seconds: 300 by default, 28800 before a release.
"""

import os
import time
from pathlib import Path

import numpy as np
import psutil

from cnnstudio.core.allocation import keep_freed_memory
from tests.benchmarks.measure import temporary_folder

WARM_UP_SHARE, WARM_UP_S = 0.2, 90.0  # compiling takes half a minute, and the pool of memory fills in steps
MOST_MB_A_MINUTE = 1.0


def run() -> None:
    """Train LeNet-5 on the embedded digits again and again, with augmentation, and look four times a second."""
    keep_freed_memory()
    seconds = float(os.environ.get("CNNSTUDIO_SOAK_S", "300"))
    with temporary_folder() as home:
        os.environ |= {"CNNSTUDIO_HOME": str(home)}
        looks, steps, epochs, written = _soak(home, seconds)
    warm_up_s = max(WARM_UP_SHARE * seconds, min(WARM_UP_S, seconds / 2))
    warm = looks[looks[:, 0] > warm_up_s]
    slope = float(np.polyfit(warm[:, 0] / 60, warm[:, 1] / 1e6, 1)[0])
    print(f"  {seconds:,.0f} s, {steps:,} steps, {epochs:,} epochs; the first {warm_up_s:.0f} s are left out")
    verdict = "within" if slope < MOST_MB_A_MINUTE else "BEYOND"
    print(f"  memory: {warm[0, 1] / 1e6:,.0f} → {warm[-1, 1] / 1e6:,.0f} MB, {slope:+.2f} MB a minute ({verdict} 1)")
    print(f"  open files: {warm[:, 2].min():.0f} to {warm[:, 2].max():.0f}; threads up to {warm[:, 3].max():.0f}")
    print(f"  written: {', '.join(f'{name} {size / 1e6:.2f} MB' for name, size in written.items())}")


def _soak(home: Path, seconds: float) -> tuple[np.ndarray, int, int, dict[str, int]]:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.augment_presets import preset
    from cnnstudio.data.dataset import open_dataset
    from cnnstudio.data.sources.digits import DigitsSource
    from cnnstudio.data.spec import data_spec
    from cnnstudio.network.zoo import fit_architecture
    from cnnstudio.runs.execute import train_run
    from cnnstudio.runs.store import create_run
    from cnnstudio.training.config import TrainConfig
    from cnnstudio.training.events import EpochDone, StepsDone

    dataset = open_dataset(data_spec(DigitsSource()), JobContext()).with_augment(preset("digits", 32))
    graph = fit_architecture("lenet5-modern", tuple(dataset.pixels.shape[1:]), len(dataset.classes))
    made = create_run(home / "run", dataset, graph, TrainConfig(epochs=100_000))
    me, started_s, looks, counts = psutil.Process(), time.monotonic(), list[list[float]](), [0, 0]

    def hear(event: object) -> None:
        counts[0] += len(event.losses) if isinstance(event, StepsDone) else 0
        counts[1] += isinstance(event, EpochDone)
        now_s = time.monotonic() - started_s
        if not looks or now_s - looks[-1][0] > 0.25:
            looks.append([now_s, _own_bytes(me), me.num_fds(), me.num_threads()])
        if now_s > seconds:
            ctx.cancel()

    ctx = JobContext(hear)
    train_run(ctx, made, dataset)
    written = {path.name: path.stat().st_size for path in sorted(made.path.glob("*.jsonl"))}
    return np.array(looks), counts[0], counts[1], written


def _own_bytes(process: psutil.Process) -> int:
    memory = process.memory_info()
    return memory.rss - getattr(memory, "shared", 0)
