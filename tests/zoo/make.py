"""Makes the files of this version for the zoo: `python -m tests.zoo.make` before a release, and never again for it."""

import shutil
import tempfile
from pathlib import Path

from cnnstudio import __version__
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augment_presets import preset
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.spec import data_spec
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.dropouts import Dropout
from cnnstudio.network.layers.flatten import Flatten
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import MaxPool
from cnnstudio.project import ProjectSpec, create_project, start_run
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.labels import label_run
from cnnstudio.training.config import TrainConfig

ZOO = Path(__file__).parent
RECIPE = {
    "optimizer": {"kind": "sgd", "rate": 0.05, "momentum": 0.9, "nesterov": True},
    "schedule": {"kind": "cosine"},
    "regularisation": {"average": 0.9, "clip_norm": 1.0},
    "batch": 64,
    "epochs": 2,
    "threads": 1,
    "precision": "fp32",
    "channels_last": "off",
    "compile": "off",
}


def main() -> None:
    """Write a project with one trained run into the folder of this version."""
    dataset = open_dataset(data_spec(DigitsSource()), JobContext())
    channels, height, width = (int(n) for n in dataset.pixels.shape[1:])
    net = GraphBuilder("Small", "", (channels, height, width))
    layers = (
        Conv2d(filters=4, kernel=3),
        BatchNorm(),
        ReLU(),
        MaxPool(kernel=4, stride=4),
        Flatten(),
        Dropout(),
        Linear(units=10),
    )
    for number, layer in enumerate(layers):
        net.add(f"layer{number}", layer)
    with tempfile.TemporaryDirectory() as place:
        spec = ProjectSpec(name="Zoo", data=dataset.spec, network=net.finish(), train=TrainConfig(**RECIPE))
        project = create_project(Path(place) / "zoo", spec)
        run = start_run(project, dataset.with_augment(preset("digits", width)))
        train_run(JobContext(), run)
        label_run(run, name="The first", tags=("zoo",), notes="Kept for later versions.")
        project.close()
        for lock in project.path.rglob(".lock"):
            lock.unlink()
        shutil.copytree(project.path, ZOO / __version__)


if __name__ == "__main__":
    main()
