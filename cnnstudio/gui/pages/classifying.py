"""What the Classify page computes beside the window: read, judge and explain pictures, one after the other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.core.jobs import JobContext
from cnnstudio.evaluation.predict import Prediction, guess
from cnnstudio.explain.filters import filter_nodes
from cnnstudio.gui.pages.lane_network import LaneNetwork
from cnnstudio.gui.pages.picture_sources import Sources
from cnnstudio.gui.pages.reading import OwnPicture, read_pictures

if TYPE_CHECKING:
    from cnnstudio.runs.loaded import LoadedRun
    from cnnstudio.runs.run import Run


@dataclass(frozen=True, eq=False)
class Classified:
    """One picture and what the network says; without a prediction the picture says why it couldn't be read."""

    picture: OwnPicture
    prediction: Prediction | None
    heat: npt.NDArray[np.float32] | None


def classify(ctx: JobContext, networks: LaneNetwork, run: "Run", sources: Sources) -> int:
    """Emit a `Classified` for each picture, as soon as it is done; returns how many there were.

    Raises:
        RunError: The run has no weights yet, or gives no numbers.
    """
    loaded = networks.get(run, "best")
    count = 0
    for picture in read_pictures(ctx, sources, loaded.preprocess):
        ctx.emit(_classified(loaded, picture))
        count += 1
    return count


def _classified(loaded: "LoadedRun", picture: OwnPicture) -> Classified:
    from cnnstudio.evaluation.predict import to_input
    from cnnstudio.explain.methods.grad_cam import GradCam

    if picture.pixels is None:
        return Classified(picture, None, None)
    prediction = guess(loaded.network, picture.pixels, loaded.preprocess, loaded.classes, image=picture.name)
    if not filter_nodes(loaded.network.graph):
        return Classified(picture, prediction, None)
    x = to_input(picture.pixels[None], loaded.preprocess, loaded.network)
    heat = GradCam().explain(loaded.network, x, prediction.best.class_index).map
    return Classified(picture, prediction, heat)
