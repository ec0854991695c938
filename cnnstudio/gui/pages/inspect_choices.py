"""What can be chosen on the Inspect page: pictures, layers, classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.core.errors import StudioError
from cnnstudio.data.dataset import printable
from cnnstudio.evaluation.predict import Prediction
from cnnstudio.explain.filters import filter_nodes
from cnnstudio.explain.nodes import default_node, shapes_of, spatial_nodes
from cnnstudio.gui.pages.inspection import GIVEN, TRUE, Picture
from cnnstudio.gui.widgets.gallery_model import GalleryItems
from cnnstudio.gui.widgets.layer_strip import LayerEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnstudio.data.dataset import Dataset
    from cnnstudio.gui.widgets.pixels import Pixels
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.runs.run import Run

FILTERS, ACTIVATIONS, EXPLAIN = "filters", "activations", "explain"
OWN = "own"
SOURCES = (("test", "test"), ("val", "validation"), ("train", "training"), (OWN, "my own"))
NONE_OF_MINE = "Open, drop or paste (Ctrl+V) pictures of your own."


def entries_of(graph: "NetworkGraph") -> list[LayerEntry]:
    """The layers as the strip shows them."""
    shapes = shapes_of(graph)
    return [
        LayerEntry(node, graph.node(node).layer.label, shape_text(shape), graph.node(node).layer.category)
        for node, shape in shapes.items()
    ]


def shape_text(shape: Sequence[int]) -> str:
    """Channels × height × width, or a number: 6×28×28, 120."""
    return "×".join(f"{side:,}" for side in shape)


def filter_node_for(graph: "NetworkGraph", node: str) -> str:
    """The convolution whose filters are shown for a layer: itself, the last before it, or the first of all."""
    convolutions = filter_nodes(graph)
    order = list(shapes_of(graph))
    before = [conv for conv in convolutions if order.index(conv) <= order.index(node)]
    return before[-1] if before else next(iter(convolutions), "")


def cam_layers(graph: "NetworkGraph") -> list[tuple[str, str]]:
    """The layers that Grad-CAM can be asked about, the usual one marked."""
    usual = default_node(graph)
    spatial = [node for node in spatial_nodes(graph) if graph.node(node).layer.category != "input"]
    return [(node, f"{node} (usual)" if node == usual else node) for node in spatial]


def cam_classes(
    prediction: Prediction, truth: str, classes: Sequence[str]
) -> tuple[list[tuple[int, str]], list[tuple[int | None, str]]]:
    """What can be asked for, and what beside it: the best guess, the truth, any class."""
    given = [(GIVEN, f"{prediction.best.class_name} (given)")]
    true = [(TRUE, f"{truth} (true)")] if truth else []
    every = list(enumerate(classes))
    return [*given, *true, *every], [(None, "nothing"), *true, *given, *every]


def own_items(pictures: Sequence[Picture]) -> GalleryItems:
    """The user's own pictures as a gallery shows them."""
    return GalleryItems(
        range(len(pictures)), lambda number: pictures[number].shown, lambda number: pictures[number].name
    )


def data_items(
    dataset: "Dataset | None",
    run: "Run",
    split: str,
    problem: StudioError | None,
    picture: "Callable[[int], Pixels | None]",
) -> tuple[GalleryItems, str]:
    """The images of a split, or why there are none; `picture` gives a small one by its number."""
    nothing = _why_no_images(dataset, run, split, problem)
    if nothing or dataset is None:
        return GalleryItems((), lambda number: np.zeros((1, 1), np.uint8), str), nothing
    data = dataset
    return GalleryItems(data.indices(split).tolist(), picture, lambda number: caption(data, number)), ""


def _why_no_images(dataset: "Dataset | None", run: "Run", split: str, problem: StudioError | None) -> str:
    if dataset is None:
        return problem.message if problem is not None else "The data is being opened …"
    if tuple(dataset.pixels.shape[1:]) != tuple(run.graph.input_shape):
        return "The project's images have another size than this run takes. Open or paste pictures: they are fitted."
    return "" if len(dataset.indices(split)) else "This part of the data holds no images."


def caption(dataset: "Dataset", number: int) -> str:
    """An image's class and name."""
    return f"{dataset.classes[int(dataset.labels[number])]} · {printable(dataset.names[number])}"


def data_picture(dataset: "Dataset", run: "Run", number: int, pixels: "Pixels") -> Picture:
    """An image of the data, with its pixels (C, H, W); its class counts in the run's order."""
    name = dataset.classes[int(dataset.labels[number])]
    true_class = run.classes.index(name) if name in run.classes else None
    shown = np.ascontiguousarray(pixels.transpose(1, 2, 0))
    return Picture(printable(dataset.names[number]), pixels, shown, true_class)
