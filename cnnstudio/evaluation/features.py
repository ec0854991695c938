"""What a network sees in pictures: the numbers that its last layer decides by, and a map of pictures by them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import DataError, GraphError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.picture_map import Method, PictureMap, flat_pixels, laid_out, sampled, share_of_own_class
from cnnstudio.evaluation.evaluate import own_labels, require_size
from cnnstudio.evaluation.predict import predict_inputs, to_input
from cnnstudio.network.capture import capture
from cnnstudio.network.reach import answering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnnstudio.data.dataset import Dataset
    from cnnstudio.data.spec import PreprocessSpec
    from cnnstudio.network.compile import Network
    from cnnstudio.network.graph import NetworkGraph

# The layers that decide: what feeds the last one of them is what the network sees.
DECIDING = ("linear", "conv2d")
BATCH = 64
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FeatureMap:
    """Pictures on a plane, by what a network sees in them.

    Args:
        pictures: The map.
        node: The layer whose activations were taken.
        given: int64, shape (M,): the network's answer to each picture, index into the data set's classes.
        is_right: bool, shape (M,).
        pixels_together: The same share as `pictures.together`, by the pixels alone.
    """

    pictures: PictureMap
    node: str
    given: npt.NDArray[np.int64]
    is_right: npt.NDArray[np.bool_]
    pixels_together: float


def feature_map(
    network: "Network",
    dataset: "Dataset",
    preprocess: "PreprocessSpec",
    classes: "Sequence[str]",
    method: Method,
    ctx: JobContext,
) -> FeatureMap:
    """Lay pictures out so that those lie near each other in which a network sees the same.

    Args:
        network: In evaluation mode.
        dataset: The pictures, with the classes as they are now.
        preprocess: How the network's training pictures were normalised.
        classes: The network's, in the order of its logits.
        method: How they are laid out.
        ctx: Told how far the work has come.

    Raises:
        DataError: The data set has other classes, pictures of another size, or none.
        RunError: The network's answer isn't a number.
    """
    require_size(dataset, preprocess)
    numbers = sampled(dataset, method)
    if not len(numbers):
        raise DataError("There are no pictures to lay out.", hint="Take some of those that were left out back in.")
    labels = own_labels(dataset.labels[numbers], dataset.classes, classes)
    pixels = np.asarray(dataset.pixels[numbers])
    node = feature_node(network.graph)
    values, logits = features(network, node, pixels, preprocess, ctx)
    ctx.progress(0, 0)
    pictures = laid_out(dataset, numbers, pixels, values, method, ctx)
    ctx.check()
    pixels_together = share_of_own_class(flat_pixels(pixels), dataset.labels[numbers])
    given = logits.argmax(axis=1)
    theirs = np.array([_place_of(name, dataset.classes) for name in classes], np.int64)
    return FeatureMap(pictures, node, theirs[given], given == labels, pixels_together)


def feature_node(graph: "NetworkGraph") -> str:
    """The layer whose output the last deciding layer (linear or convolution) of the answer's way takes.

    Raises:
        GraphError: There is no such layer.
    """
    used = answering(graph)
    deciding = [node for node in graph.order() if node in used and graph.node(node).layer.kind in DECIDING]
    if not deciding:
        raise GraphError(f"'{graph.name}' has no layer that decides: neither a linear one nor a convolution.")
    return graph.predecessors(deciding[-1])[0]


def features(
    network: "Network", node: str, pixels: npt.NDArray[np.uint8], preprocess: "PreprocessSpec", ctx: JobContext
) -> tuple[Floats, Floats]:
    """A layer's activations for some pictures, maps as the mean over their places; and the logits.

    Returns:
        Shape (N, F), and shape (N, classes).
    """
    parts: list[Floats] = []
    with capture(network, [node]) as outputs:

        def inputs(rows: slice) -> "Tensor":
            # Asked for one after the other: what the batch before left is taken now.
            _take(outputs, node, parts)
            return to_input(pixels[rows], preprocess, network)

        logits = predict_inputs(network, inputs, len(pixels), ctx, BATCH)
        _take(outputs, node, parts)
    return np.concatenate(parts), logits


def _take(outputs: "dict[str, Tensor]", node: str, parts: list[Floats]) -> None:
    found = outputs.pop(node, None)
    if found is not None:
        flat = found.float().flatten(2).mean(dim=2) if found.dim() > 2 else found.float()
        parts.append(flat.cpu().numpy())


def _place_of(name: str, classes: "Sequence[str]") -> int:
    return classes.index(name) if name in classes else -1
