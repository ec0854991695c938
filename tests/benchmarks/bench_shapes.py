"""Does Grad-CAM look at the shape? Share of rightly classified test images with the map's maximum inside the mask."""

import time

import numpy as np

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.spec import data_spec, parse_source
from cnnstudio.evaluation.predict import predict, to_input
from cnnstudio.explain.base import methods
from cnnstudio.gui.samples import sample
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.loaded import LoadedRun, load_run_network
from cnnstudio.runs.store import create_run
from tests.benchmarks.measure import temporary_folder

SAMPLE = sample("shapes")
NETWORK, EPOCHS = SAMPLE.architecture, SAMPLE.config.epochs


def run() -> None:
    """Train the sample's network on the shapes, then look at every rightly classified test image."""
    ctx = JobContext()
    dataset = open_dataset(data_spec(parse_source("shapes")), ctx)
    graph = fit_architecture(NETWORK, (3, 64, 64), len(dataset.classes))
    started_s = time.monotonic()
    with temporary_folder() as folder:
        made = create_run(folder / "run", dataset, graph, SAMPLE.config)
        train_run(ctx, made, dataset)
        seconds = time.monotonic() - started_s
        loaded = load_run_network(made)
        chosen = dataset.indices("test")
        logits = predict(loaded.network, dataset.pixels[chosen], loaded.preprocess, ctx)
        right = chosen[logits.argmax(1) == dataset.labels[chosen]]
        assert dataset.masks is not None
        inside = [_is_inside(loaded, dataset.pixels[i], int(dataset.labels[i]), dataset.masks[i]) for i in right]
    node = methods["grad_cam"]().explain(loaded.network, _input(loaded, dataset.pixels[right[0]]), 0).node
    accuracy, share = len(right) / len(chosen), float(dataset.masks[chosen].mean())
    print(f"  {NETWORK}, {EPOCHS} epochs in {seconds:.0f} s: test accuracy {accuracy:.1%} of {len(chosen)}")
    print(
        f"  maximum inside the mask: {np.mean(inside):.1%} of {len(right)}, layer {node}; the mask covers {share:.1%}"
    )


def _is_inside(loaded: LoadedRun, pixels: np.ndarray, label: int, mask: np.ndarray) -> bool:
    found = methods["grad_cam"]().explain(loaded.network, _input(loaded, pixels), label)
    y, x = found.peak
    return bool(mask[int(y * mask.shape[0]), int(x * mask.shape[1])])


def _input(loaded: LoadedRun, pixels: np.ndarray) -> object:
    return to_input(pixels[None], loaded.preprocess, loaded.network)
