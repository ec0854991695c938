"""Every architecture as ONNX and as source, each in a clean process: how far are its logits from the app's?

`python -m tests.benchmarks onnx` takes all; names behind it take those alone: `… onnx vgg16 unet`.
"""

import gc
import sys
import time
from pathlib import Path
from typing import Any

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.sources.none import NoSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.network.answers import image_classes
from cnnstudio.network.compile import compile_network
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.source import class_name, source_code
from cnnstudio.network.validate import require_valid
from cnnstudio.network.zoo import architectures
from cnnstudio.runs.class_names import numbered
from cnnstudio.runs.export import FORMS, ExportForm, export_run
from cnnstudio.runs.onnx_form import onnx_bytes
from cnnstudio.runs.run import Run, RunInfo
from cnnstudio.runs.store import versions, write_run
from cnnstudio.training.checkpoint import Checkpoint, save_step
from cnnstudio.training.config import TrainConfig
from tests.benchmarks.measure import temporary_folder

CHECKED: tuple[ExportForm, ...] = tuple(form for form in FORMS if form != "safetensors")


def run() -> None:
    """Print a line for each architecture and form."""
    wanted = [name for name in sys.argv if name in architectures] or list(architectures)
    for name in wanted:
        for form in CHECKED:
            print("  " + line_of(name, form), flush=True)
            gc.collect()


def line_of(name: str, form: ExportForm) -> str:
    """Export an untrained network, and say what its certificate says."""
    started_s = time.monotonic()
    if len(require_valid(graph := architectures[name].build())[graph.of_kind("output")[0].id]) != 1:
        return f"{name:18} {form:7} {without_certificate(graph, form)}, {time.monotonic() - started_s:,.0f} s"
    with temporary_folder() as place:
        made = export_run(untrained(name, place / "run"), form, place / "out", JobContext())
        size = sum(path.stat().st_size for path in made.paths)
    seconds = time.monotonic() - started_s
    certificate = made.certificate
    difference = certificate.largest_logit_difference
    apart = "another shape" if difference is None else f"{difference:.2e} of {certificate.largest_logit:.3g}"
    verdict = "passed" if certificate.passed else f"FAILED in {certificate.failed_stage}"
    guess = certificate.same_first_guess
    same = "–" if guess is None else f"{guess:.0%}"
    return (
        f"{name:18} {form:7} |Δlogit| {apart:22} first guess {same:5} {verdict} "
        f"({certificate.images} images, {size / 1e6:,.0f} MB, {seconds:,.0f} s)"
    )


def without_certificate(graph: NetworkGraph, form: ExportForm) -> str:
    """A network that answers for each pixel has no run to certify: its form is compared on noise, here."""
    import numpy as np
    import onnxruntime
    import torch

    network = compile_network(graph, seed=1).eval()
    x = torch.randn(1, *graph.input_shape, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = network(x).numpy()
        if form == "onnx":
            session = onnxruntime.InferenceSession(onnx_bytes(network), providers=["CPUExecutionProvider"])
            found = session.run(None, {"images": x.numpy()})[0]
        else:
            space: dict[str, Any] = {}
            exec(compile(source_code(graph), "network.py", "exec"), space)
            twin = space[class_name(graph)]()
            twin.load_state_dict(network.state_dict())
            found = twin.eval()(x).numpy()
    return f"|Δlogit| {np.abs(found - expected).max():.2e} of {np.abs(expected).max():.3g} (noise, no certificate)"


def untrained(name: str, path: Path) -> Run:
    """A run of an architecture with the weights it begins with."""
    graph = architectures[name].build()
    side, channels = graph.input_shape[1], graph.input_shape[0]
    classes = numbered(image_classes(graph, "exporting"))
    spec = PreprocessSpec.model_validate({"side": side, "channels": channels, "resize": "crop"})
    plain = spec.replace(mean=(0.5,) * channels, std=(0.25,) * channels)
    counts = {"train": 0, "val": 0, "test": 0}
    info = RunInfo(
        id=path.name,
        name=path.name,
        created="2026-01-01T00:00:00+00:00",
        seed=1,
        versions=versions(),
        classes=classes,
        counts=counts,
        data_digest="",
    )
    made = write_run(path, info, DataSpec(source=NoSource(), preprocess=plain), graph, TrainConfig())
    weights = dict(compile_network(graph, seed=1).state_dict())
    save_step(made.checkpoints, 0, Checkpoint(weights, {}, {"epoch": 0, "step": 0}))
    return made
