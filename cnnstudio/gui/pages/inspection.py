"""What the Inspect page computes beside the window: one look at one picture through one network."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.core.jobs import JobContext
from cnnstudio.evaluation.predict import Prediction, predict, softmax, top_guesses
from cnnstudio.explain.filters import kernels
from cnnstudio.gui.pages.lane_network import LaneNetwork

if TYPE_CHECKING:
    from cnnstudio.explain.base import Attribution
    from cnnstudio.runs.loaded import LoadedRun
    from cnnstudio.runs.run import Run

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

GIVEN, TRUE = -1, -2
THUMBNAIL_MAPS = 9


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture to look at: `pixels` at training size (C, H, W), `shown` (H, W, C) to see, and its class if known."""

    name: str
    pixels: Bytes
    shown: Bytes
    true_class: int | None = None


@dataclass(frozen=True, eq=False)
class LookRequest:
    """What the page shows and therefore needs.

    `node` is the layer whose maps are shown, `filter_node` the convolution whose kernels are. `cam_node` and
    `cam_class` are what Grad-CAM is asked about (GIVEN: the best guess; TRUE: the picture's class) and `against` a
    second class beside it or None. Without a picture only the kernels can be looked at.
    """

    run: "Run"
    checkpoint: str
    picture: Picture | None
    node: str
    filter_node: str
    wants_cam: bool
    cam_node: str
    cam_class: int
    against: int | None


@dataclass(frozen=True, eq=False)
class Seen:
    """What the network makes of the picture.

    `values` are the chosen layer's maps (C, h, w) or numbers (F,). `cams` answers what was asked (and the class
    against it), `best_cams` holds a map for each of the five best guesses.
    """

    prediction: Prediction
    probabilities: npt.NDArray[np.float64]
    values: Floats
    thumbnails: dict[str, Bytes]
    cams: tuple["Attribution", ...]
    best_cams: tuple["Attribution", ...]


@dataclass(frozen=True, eq=False)
class Look:
    """What was found; `seen` is None if there was no picture."""

    request: LookRequest
    epoch: int
    kernels: Floats | None
    seen: Seen | None


def look(ctx: JobContext, networks: LaneNetwork, request: LookRequest) -> Look:
    """Read the filters, run the picture through the network, and ask Grad-CAM if that is wanted.

    Raises:
        RunError: The run has no weights yet, or gives no numbers.
    """
    loaded = networks.get(request.run, request.checkpoint)
    ctx.check()
    found = kernels(loaded.network, request.filter_node) if request.filter_node else None
    seen = None if request.picture is None else _see(ctx, loaded, request, request.picture)
    return Look(request, loaded.epoch, found, seen)


def _see(ctx: JobContext, loaded: "LoadedRun", request: LookRequest, picture: Picture) -> Seen:
    from cnnstudio.evaluation.predict import to_input
    from cnnstudio.explain.activations import activations

    started_s = time.perf_counter()
    logits = predict(loaded.network, picture.pixels[None], loaded.preprocess, JobContext())
    ms = (time.perf_counter() - started_s) * 1000
    p = softmax(logits)[0]
    prediction = Prediction(picture.name, top_guesses(p, loaded.classes), ms)
    ctx.check()
    outputs = activations(loaded.network, to_input(picture.pixels[None], loaded.preprocess, loaded.network))
    ctx.check()
    thumbnails = {node: thumbnail(values) for node, values in outputs.items()}
    thumbnails[loaded.network.graph.order()[0]] = picture.shown
    asked, best = _cams(ctx, loaded, request, prediction) if request.wants_cam else ((), ())
    return Seen(prediction, p, outputs[request.node], thumbnails, asked, best)


def _cams(
    ctx: JobContext, loaded: "LoadedRun", request: LookRequest, prediction: Prediction
) -> tuple[tuple["Attribution", ...], tuple["Attribution", ...]]:
    """What was asked for, and the best guesses; each class is computed once."""
    from cnnstudio.evaluation.predict import to_input
    from cnnstudio.explain.methods.grad_cam import GradCam

    assert request.picture is not None
    x = to_input(request.picture.pixels[None], loaded.preprocess, loaded.network)
    asked = [resolve_class(asked, prediction, request.picture) for asked in (request.cam_class, request.against)]
    best = [guess.class_index for guess in prediction.top]
    found: dict[int, Attribution] = {}
    for wanted in (*asked, *best):
        if wanted is not None and wanted not in found:
            ctx.check()
            found[wanted] = GradCam().explain(loaded.network, x, wanted, request.cam_node, classes=loaded.classes)
    return tuple(found[i] for i in asked if i is not None), tuple(found[i] for i in best)


def resolve_class(asked: int | None, prediction: Prediction, picture: Picture) -> int | None:
    """The class that is meant by GIVEN, TRUE or a number; of a picture without a known class TRUE is the best guess."""
    if asked == GIVEN or (asked == TRUE and picture.true_class is None):
        return prediction.best.class_index
    return picture.true_class if asked == TRUE else asked


def thumbnail(values: Floats) -> Bytes:
    """A layer's output as a tiny picture: its strongest maps, or its numbers as a square; RGBA."""
    from cnnstudio.explain.overlay import tile_maps

    if values.ndim == 1:
        return tile_maps(values[:, None, None], "viridis", "common", gap=0).image
    strength = np.abs(values).max(axis=(1, 2))
    strongest = np.sort(np.argsort(-strength, kind="stable")[:THUMBNAIL_MAPS])
    return tile_maps(values[strongest], "viridis", "each").image
