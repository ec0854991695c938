"""A run made from foreign weights: evaluate, predict, explain and export take it like one that was trained here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cnnstudio.core import files
from cnnstudio.core.errors import DataError, GraphError, RunError
from cnnstudio.core.specs import parse_spec
from cnnstudio.data.sources.none import NoSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.network.answers import image_classes
from cnnstudio.network.weights.file import WeightsFile
from cnnstudio.network.weights.published import HALVES
from cnnstudio.network.weights.table import Match
from cnnstudio.runs.run import Run, RunInfo, RunState
from cnnstudio.runs.store import note_state, require_new, versions, write_run
from cnnstudio.training.checkpoint import Checkpoint, save_step
from cnnstudio.training.config import TrainConfig

TABLE = "weights.json"
# Mean and spread of ImageNet's training images, with which torchvision's weights were learnt.
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def import_run(
    path: Path, match: Match, file: WeightsFile, classes: Sequence[str], preprocess: PreprocessSpec, seed: int = 1
) -> Run:
    """Make a run folder of a network with a file's weights.

    Args:
        path: New or empty folder.
        match: What goes where; incomplete ones begin with fresh numbers where the file has none.
        file: Where the weights are from.
        classes: Names in the order of the logits.
        preprocess: With mean and std.
        seed: For what begins anew.

    Raises:
        RunError: The folder isn't empty, or names and outputs differ in number.
        GraphError: The network answers for each pixel.
        FileError: The place can't be written.
    """
    require_new(path)
    outputs = image_classes(match.graph, "using")
    if outputs != len(classes):
        raise RunError(f"The network has {outputs:,} outputs, and {len(classes):,} class names were given.")
    weights = match.weights(seed)
    info = RunInfo(
        id=path.name,
        name=path.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=seed,
        versions=versions(),
        classes=tuple(classes),
        counts={"train": 0, "val": 0, "test": 0},
        data_digest="",
    )
    run = write_run(path, info, DataSpec(source=NoSource(), preprocess=preprocess), match.graph, TrainConfig(seed=seed))
    files.write_json(path / TABLE, table_json(match, file))
    save_step(run.checkpoints, 0, Checkpoint(weights, {}, {"epoch": 0, "step": 0}))
    note_state(run, RunState.FINISHED, f"imported from {file.path.name}")
    return run


def table_json(match: Match, file: WeightsFile) -> dict[str, object]:
    """What came from where: the file with its hash, and every row of the table."""
    origin = {"file": file.path.name, "sha256": file.sha256, "place": file.place}
    found = {"way": match.way, "prefix": match.prefix, "counts": match.counts(), "notes": list(match.notes)}
    return {"version": 1, **origin, **found, "rows": [row.to_json() for row in match.rows]}


def imported_preprocess(
    match: Match, mean: Sequence[float] | None, std: Sequence[float] | None
) -> tuple[PreprocessSpec, str]:
    """How pictures become the numbers that these weights were learnt with, and a sentence if that is a guess.

    Raises:
        GraphError: The network takes no square images.
        DataError: Mean or std don't fit.
    """
    channels, height, width = match.graph.input_shape
    if height != width:
        raise GraphError(f"The network takes {width}×{height} images; only square ones can be made a run of.")
    is_published = match.way == "torchvision's names" and channels == 3
    plain = ((0.0,) * channels, (1.0,) * channels)
    guessed_mean, guessed_std = (IMAGENET_MEAN, IMAGENET_STD) if is_published else plain
    what = "ImageNet's" if is_published else "0 and 1: values from 0 to 1"
    if is_published and match.graph.architecture in HALVES:
        guessed_mean = guessed_std = (0.5,) * channels
        what = "0.5 and 0.5, which torchvision's weights of this network want"
    note = ""
    if mean is None or std is None:
        note = f"Mean and spread are taken as {what}; if the weights were learnt with others, give those."
    spec = {"mean": tuple(mean or guessed_mean), "std": tuple(std or guessed_std)}
    return checked_preprocess(height, channels, spec), note


def checked_preprocess(side: int, channels: int, statistics: dict[str, tuple[float, ...]]) -> PreprocessSpec:
    """The spec; a wrong number of values is said in words."""
    described = {"side": side, "channels": channels, "resize": "crop", **statistics}
    return parse_spec(PreprocessSpec, described, DataError, "The preprocessing")
