"""Training with augmentation: exact after a stop in mid-epoch, for any workers, and its own to each run."""

from pathlib import Path

import pytest

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augment_presets import preset
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import Run, open_run
from cnnstudio.runs.store import create_run
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EndReason
from tests.runs.broken_off import StopAfter, is_equal

MIXED = AugmentSpec.model_validate(
    {"operations": [{"kind": "mirror"}, {"kind": "rotation"}, {"kind": "mixup", "probability": 0.5}]}
)


def make_run(
    path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig, augment: AugmentSpec, workers: int = 0
) -> Run:
    return create_run(path, dataset.with_augment(augment), graph, config.replace(epochs=2, workers=workers))


@pytest.mark.parametrize("augment", [preset("photos", 32), MIXED], ids=["photos", "mixup"])
def test_a_stop_in_mid_epoch_leaves_no_trace(
    augment: AugmentSpec, tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    whole = make_run(tmp_path / "whole", dataset, graph, config, augment)
    assert train_run(JobContext(), whole, dataset).reason is EndReason.FINISHED
    parts = make_run(tmp_path / "parts", dataset, graph, config, augment)
    assert train_run(StopAfter(3), parts, dataset).reason is EndReason.STOPPED
    # The data at hand may meanwhile be distorted otherwise: the run keeps to its own augmentation.
    at_hand = dataset.with_augment(preset("cifar", 32))
    assert train_run(JobContext(), open_run(parts.path), at_hand).reason is EndReason.FINISHED
    assert is_equal(whole, parts)


def test_the_augmentation_counts_and_is_kept_with_the_run(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    plain = make_run(tmp_path / "plain", dataset, graph, config, AugmentSpec())
    augmented = make_run(tmp_path / "augmented", dataset, graph, config, preset("photos", 32))
    for run in (plain, augmented):
        train_run(JobContext(), run, dataset)
    assert not is_equal(plain, augmented)
    assert open_run(augmented.path).data.augment == preset("photos", 32)
    assert plain.info.data_digest == augmented.info.data_digest


@pytest.mark.slow
def test_worker_processes_leave_no_trace_and_end_with_the_training(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    import psutil

    runs = [make_run(tmp_path / str(n), dataset, graph, config, MIXED, workers=n) for n in (0, 2)]
    for run in runs:
        assert train_run(JobContext(), run, dataset).reason is EndReason.FINISHED
    assert is_equal(runs[0], runs[1])
    assert not [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
