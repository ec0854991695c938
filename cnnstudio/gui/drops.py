"""What was dropped on the window, and what that means."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.data.opening import source_at
from cnnstudio.data.place import Place
from cnnstudio.project import FILE as PROJECT_FILE
from cnnstudio.runs.run import RUN as RUN_FILE

WEIGHTS_SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".pkl")

# Files of data that are no source, but get told so and not that they are no image.
ARRAY_SUFFIXES = frozenset((".7z", ".rar", ".npy", ".pkl", ".pickle", ".h5", ".hdf5", ".mat", ".parquet", ".gz"))


class DropKind(StrEnum):
    """What becomes of a drop."""

    PROJECT = "project"
    RUN = "run"
    DATA = "data"
    IMAGES = "images"
    WEIGHTS = "weights"
    NETWORK = "network"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Drop:
    """What a drop means: the paths it is about, and the sentence shown while it hangs over the window."""

    kind: DropKind
    paths: tuple[Path, ...]
    text: str


def meaning(paths: Sequence[Path]) -> Drop:
    """Project or run folders are opened, another folder becomes the data; weights and networks are imported."""
    if not paths:
        return Drop(DropKind.NOTHING, (), "Only files and folders of this machine can be dropped.")
    first = paths[0]
    if len(paths) == 1 and (first / PROJECT_FILE).is_file():
        return Drop(DropKind.PROJECT, (first,), f"Open the project {first.name}")
    if len(paths) == 1 and first.name == PROJECT_FILE:
        return Drop(DropKind.PROJECT, (first.parent,), f"Open the project {first.parent.name}")
    if len(paths) == 1 and (first / RUN_FILE).is_file():
        return Drop(DropKind.RUN, (first,), f"Open the run {first.name}")
    folders = [path for path in paths if path.is_dir()]
    if len(paths) == 1 and folders:
        return Drop(DropKind.DATA, (first,), f"Use the images in {first.name} as data")
    if folders:
        return Drop(DropKind.NOTHING, tuple(paths), "Drop one folder, or files: not both, and not several folders.")
    if len(paths) == 1 and first.suffix.lower() in WEIGHTS_SUFFIXES:
        return Drop(DropKind.WEIGHTS, (first,), f"Import the weights in {first.name}: shows first what fits")
    if len(paths) == 1 and first.suffix.lower() == ".json":
        return Drop(DropKind.NETWORK, (first,), f"Use the network in {first.name}")
    if len(paths) == 1 and _is_data(first):
        return Drop(DropKind.DATA, (first,), f"Use {first.name} as data")
    noun = "this image" if len(paths) == 1 else f"these {len(paths):,} images"
    return Drop(DropKind.IMAGES, tuple(paths), f"Classify {noun}")


def _is_data(file: Path) -> bool:
    """Is a file an archive, or one of arrays or labels? Those that are refused as such count: they get their reason."""
    place = Place(file)
    if not place.head or place.kind == "an image":
        return False
    try:
        source_at(file)
    except DataError:
        return place.kind == "a Python pickle" or file.suffix.lower() in ARRAY_SUFFIXES
    return True
