"""Find the classes and image files of a folder without opening an image."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.natural import natural_key
from cnnstudio.data.raw import Problem
from cnnstudio.data.walk import FoundFile, Walk
from cnnstudio.data.words import counted

__all__ = ["OPEN", "SPLIT_NAMES", "FoundFile", "Scan", "natural_key", "scan_folder"]
SPLIT_NAMES = {
    "train": 0,
    "training": 0,
    "val": 1,
    "valid": 1,
    "validation": 1,
    "test": 2,
    "testing": 2,
}
MAX_CLASSES = 10_000
OPEN = -1


@dataclass(eq=False)
class Scan:
    """What lies in a folder."""

    root: Path
    classes: tuple[str, ...] = ()
    files: list[FoundFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_splits: bool = False


def scan_folder(root: Path, ctx: JobContext) -> Scan:
    """Walk a folder of class folders, or of train/val/test folders of class folders.

    Raises:
        DataError: It isn't there, or holds no class folders with images, or more than 10,000.
    """
    walk = Walk(root, ctx)
    parts = _parts(root, walk)
    folders: dict[str, list[tuple[str, int]]] = {}
    for part, split in parts:
        for entry in walk.subfolders(part):
            folders.setdefault(entry.name, []).append((entry.path, split))
    if len(folders) > MAX_CLASSES:
        raise DataError(f"{root} holds {len(folders):,} class folders; at most {MAX_CLASSES:,} are read.")
    classes = tuple(sorted(folders, key=natural_key))
    scan = Scan(root, classes, has_splits=parts[0][1] != OPEN)
    for label, name in enumerate(classes):
        before = len(scan.files)
        for folder, split in folders[name]:
            scan.files += walk.files(folder, label, split)
        if len(scan.files) == before:
            text = f"The class '{name}' holds no images; it keeps its place."
            scan.problems.append(Problem(name, "empty_class", text))
    scan.problems += [*walk.problems, *walk.skipped(), *_loose(parts, walk)]
    if not scan.files:
        raise _nothing_found(root, parts, walk)
    return scan


def _parts(root: Path, walk: Walk) -> list[tuple[str, int]]:
    """The folders that hold the class folders, each with its split; the root itself if it has no such parts."""
    top = _unwrapped(str(root), walk)
    named = [(entry, SPLIT_NAMES.get(entry.name.lower(), OPEN)) for entry in walk.subfolders(top)]
    parts = [(entry.path, split) for entry, split in named if split != OPEN]
    # "train" may be a class too, beside "bus" and "car": then it holds pictures and no folders.
    if not parts or (len(parts) < len(named) and not any(walk.subfolders(path) for path, _ in parts)):
        return [(top, OPEN)]
    for entry, split in named:
        if split == OPEN:
            text = f"The folder '{entry.name}' lies beside the training folder and is not read."
            walk.note(Problem(entry.name, "ignored_folder", text))
    return parts


def _unwrapped(folder: str, walk: Walk) -> str:
    """The folder itself, or the one folder in it that holds the class folders, as archives often unpack to."""
    inner = walk.subfolders(folder)
    if len(inner) != 1 or walk.count_images(folder) or walk.count_images(inner[0].path):
        return folder
    if inner[0].name.lower() in SPLIT_NAMES or len(walk.subfolders(inner[0].path)) < 2:
        return folder
    return inner[0].path


def _loose(parts: list[tuple[str, int]], walk: Walk) -> Iterator[Problem]:
    """Images that lie beside the class folders and so have no class."""
    for part, _ in parts:
        n = walk.count_images(part)
        if n:
            yield Problem(
                "",
                "no_class",
                f"{counted(n, 'image lies', 'images lie')} in '{Path(part).name}' itself, in no class folder, "
                f"and {'is' if n == 1 else 'are'} not used.",
                hint="Put each into the folder of its class.",
            )


def _nothing_found(root: Path, parts: list[tuple[str, int]], walk: Walk) -> DataError:
    expected = f"Expected {root}/CLASS/picture.jpg, one subfolder for each class."
    loose = sum(walk.count_images(part) for part, _ in parts)
    if loose:
        return DataError(f"{root} holds {counted(loose, 'image')} but no class folders with images.", hint=expected)
    if walk.problems or walk.foreign:
        n = len(walk.problems) + sum(walk.foreign.values())
        others = counted(n, "other file or folder", "other files or folders")
        return DataError(f"No images found in {root}; {others} can't be used.", hint=expected)
    return DataError(f"No images found in {root}.", hint=expected)
