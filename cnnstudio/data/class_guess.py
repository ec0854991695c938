"""A guess where the classes of a folder's images stand, from a look at its names."""

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnstudio.data.label_table import SUFFIXES, is_label_table
from cnnstudio.data.name_pattern import COMMON, guessed_pattern
from cnnstudio.data.place import MAX_NAMES, Place
from cnnstudio.data.walk import has_image_suffix

if TYPE_CHECKING:
    from cnnstudio.data.class_files import ClassFilesSource

# Folders that hold images of all classes when a table lies beside them.
PLAIN = frozenset(("images", "image", "imgs", "img", "pictures", "photos", "jpg", "jpeg", "png", "data", "files"))
SPLITS = frozenset(("train", "training", "val", "valid", "validation", "test", "testing"))

RUNS, RUN = 10, 100


def guess_classes(place: Place) -> dict[str, Any]:
    """Settings of a folder of images that differ from the usual ones: a table, a pattern of names, or none.

    Args:
        place: A folder.
    """
    loose = [entry.name for entry in place.entries if entry.is_file() and has_image_suffix(entry.name)]
    folders = [Path(entry.path) for entry in place.entries if entry.is_dir(follow_symlinks=False)]
    tables = [file.name for file in place.files(*SUFFIXES) if is_label_table(file)]
    if tables and (loose or (folders and all(_is_plain(folder) for folder in folders))):
        return {"classes_from": "table", "table": _best(tables)}
    if loose and not folders:
        pattern = guessed_pattern(_some(loose))
        return {"classes_from": "names", "pattern": pattern} if pattern else {}
    return {}


def completed(source: "ClassFilesSource") -> "ClassFilesSource":
    """The source with a pattern or a table proposed, where it asks for one and none is named yet."""
    folder = Path(str(getattr(source, "path", "")))
    if source.kind != "folder" or not folder.is_dir():
        return source.replace(pattern=source.pattern or COMMON[0]) if source.classes_from == "names" else source
    place = Place(folder)
    if source.classes_from == "names" and not source.pattern:
        names = [entry.name for entry in place.entries if entry.is_file() and has_image_suffix(entry.name)]
        return source.replace(pattern=(guessed_pattern(_some(names)) if names else None) or COMMON[0])
    if source.classes_from == "table" and not source.table:
        tables = [file.name for file in place.files(*SUFFIXES)]
        return source.replace(table=_best(tables)) if tables else source
    return source


def _some(names: list[str]) -> list[str]:
    """Up to 1,000 names, in runs of neighbours: those of one class mostly stand together."""
    step = max(RUN, len(names) // RUNS)
    return [name for start in range(0, len(names), step) for name in names[start : start + RUN]]


def _best(tables: list[str]) -> str:
    usual = [name for name in tables if Path(name).stem.lower() in ("labels", "train", "annotations", "metadata")]
    return (usual or tables)[0]


def _is_plain(folder: Path) -> bool:
    """Does a folder hold images of all classes together?"""
    if folder.name.lower() not in PLAIN | SPLITS:
        return False
    try:
        with os.scandir(folder) as found:
            entries = list(islice((e for e in found if not e.name.startswith(".")), MAX_NAMES))
    except OSError:
        return False
    return not any(e.is_dir() for e in entries) and any(has_image_suffix(e.name) for e in entries)
