from pathlib import Path

import pytest

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import create_run
from cnnstudio.training.config import TrainConfig


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """64 small scenes of eight shapes."""
    return open_dataset(data_spec(ShapesSource(per_class=8, side=32)), JobContext())


@pytest.fixture(scope="session")
def graph() -> NetworkGraph:
    return fit_architecture("lenet5-modern", (3, 32, 32), 8)


@pytest.fixture
def config() -> TrainConfig:
    fixed = {"precision": "fp32", "channels_last": "off", "compile": "off"}
    return TrainConfig(batch=8, epochs=4, threads=1, optimizer={"kind": "adam", "rate": 0.003}, **fixed)


@pytest.fixture
def run(tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig) -> Run:
    return create_run(tmp_path / "run-001", dataset, graph, config, "run 1")
