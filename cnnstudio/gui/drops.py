"""What was dropped on the window, and what that means."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.data.opening import source_at
from cnnstudio.data.place import Place
from cnnstudio.data.words import printable
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
    if len(paths) == 1:
        return _folder(paths[0]) if paths[0].is_dir() else _file(paths[0])
    if any(path.is_dir() for path in paths):
        return Drop(DropKind.NOTHING, tuple(paths), "Drop one folder, or files: not both, and not several folders.")
    return Drop(DropKind.IMAGES, tuple(paths), f"Classify these {len(paths):,} images")


def _folder(path: Path) -> Drop:
    if (path / PROJECT_FILE).is_file():
        return Drop(DropKind.PROJECT, (path,), f"Open the project {path.name}")
    if (path / RUN_FILE).is_file():
        return Drop(DropKind.RUN, (path,), f"Open the run {path.name}")
    return Drop(DropKind.DATA, (path,), f"Use the images in {path.name} as data")


def _file(path: Path) -> Drop:
    if path.name == PROJECT_FILE:
        return Drop(DropKind.PROJECT, (path.parent,), f"Open the project {path.parent.name}")
    if path.suffix.lower() in WEIGHTS_SUFFIXES:
        return Drop(DropKind.WEIGHTS, (path,), f"Import the weights in {path.name}: shows first what fits")
    if path.suffix.lower() == ".json":
        return Drop(DropKind.NETWORK, (path,), f"Use the network in {path.name}")
    if _is_data(path):
        return Drop(DropKind.DATA, (path,), f"Use {path.name} as data")
    if Place(path).kind == "an image":
        return Drop(DropKind.IMAGES, (path,), "Classify this image")
    return _no_image(path)


def _no_image(file: Path) -> Drop:
    """A file that nothing here can open; what it is, if its first bytes tell."""
    place = Place(file)
    if not file.exists():
        what = "does not exist any more"
    elif not place.head:
        what = "is empty, or can't be read"
    else:
        what = f"is {place.kind}" if place.kind else "is no image, archive, table, weights or network"
    return Drop(DropKind.NOTHING, (file,), f"'{printable(file.name)}' {what}: nothing that can be opened here.")


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
