"""What an import of weights would make: shown before anything happens, in the window and on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.network.answers import image_classes
from cnnstudio.network.weights.matching import match_weights
from cnnstudio.network.weights.table import tensor_text
from cnnstudio.runs.class_names import IMAGENET_CLASSES, imagenet_names, numbered
from cnnstudio.runs.imported import imported_preprocess

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.network.weights.file import WeightsFile
    from cnnstudio.network.weights.table import Match


@dataclass(frozen=True, eq=False)
class ImportPlan:
    """All that a run is made of.

    Args:
        file: What was read.
        match: Which of its tensors goes where.
        classes: Names in the order of the logits.
        preprocess: How pictures become the numbers that the network was trained on.
        notes: What the user should know, in sentences.
    """

    file: "WeightsFile"
    match: "Match"
    classes: tuple[str, ...]
    preprocess: PreprocessSpec
    notes: tuple[str, ...]


def plan_import(
    graph: "NetworkGraph",
    file: "WeightsFile",
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
) -> ImportPlan:
    """Pair a file with a network, and fill in what nobody said.

    Args:
        graph: The network; its input channels and classes follow the file.
        file: As `read_weights` gives it.
        classes: Names; None for as many classes as the file's head has.
        mean: Of each channel, from 0 to 1; None for a guess.
        std: Of each channel; None for a guess.

    Raises:
        GraphError: The graph has a problem, answers for each pixel, or takes no square images.
        DataError: Mean or std don't fit.
    """
    match = match_weights(graph, file, None if classes is None else len(classes))
    outputs = image_classes(match.graph, "using")
    preprocess, guess = imported_preprocess(match, mean, std)
    notes = [*match.notes, *([guess] if guess else [])]
    if classes is None and outputs == IMAGENET_CLASSES and match.way == "torchvision's names":
        classes = imagenet_names()
        notes.append("The classes are called as ImageNet's 1,000; if they are others, give their names.")
    names = tuple(classes) if classes is not None else numbered(outputs)
    return ImportPlan(file, match, names, preprocess, tuple(notes))


def incomplete(match: "Match") -> GraphError:
    """The sentence for a file that doesn't fill the network."""
    counts = match.counts()
    first = next((row for row in match.rows if row.state in ("mismatched", "missing")), None)
    where = "" if first is None else f" First: '{first.ours}' {tensor_text(first.our_shape)}"
    if first is not None:
        where += f", {tensor_text(first.their_shape)} in the file." if first.their_shape is not None else "."
    return GraphError(
        f"The weights don't fit {match.graph.name}: {counts['taken']:,} fit, {counts['missing']:,} are missing and "
        f"{counts['mismatched']:,} have another shape.{where}",
        hint="Choose the network they were made for, or take what fits with --partial.",
    )
