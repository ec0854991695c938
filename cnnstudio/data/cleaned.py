"""A copy of a data set as a folder of class folders, with all edits made; the originals stay as they are."""

import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cnnstudio.core import files
from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import SPLITS, Dataset
from cnnstudio.data.portable import long_path, portable_name
from cnnstudio.data.words import REPLACEMENT, counted, printable

EVERY = 64


def export_cleaned(dataset: Dataset, folder: Path, ctx: JobContext, *, by_split: bool = True) -> int:
    """Copy all pictures that are in use to `folder`/part/class, or `folder`/class; how many there are.

    It is complete or not there: a stopped or failed copy leaves nothing.

    Raises:
        DataError: There is such a folder already, or it lies inside the data.
        FileError: The place can't be written.
        Cancelled: The user stopped it.
    """
    if folder.exists():
        raise DataError(f"{folder} exists already.", hint="Choose a name that is free: nothing is overwritten.")
    source = getattr(dataset.spec.source, "path", "")
    if source and folder.resolve().is_relative_to(Path(source).resolve()):
        raise DataError(f"{folder} lies inside the data that it is a copy of.", hint="Choose a place outside.")
    temp = folder.with_name(f".{folder.name}{files.TEMP_SUFFIX}")
    shutil.rmtree(temp, ignore_errors=True)
    try:
        count = _copy_all(dataset, temp, ctx, by_split)
        files.publish_folder(temp, folder)
    except OSError as error:
        raise files.write_error(folder, error) from error
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    return count


def _copy_all(dataset: Dataset, root: Path, ctx: JobContext, by_split: bool) -> int:
    used, taken = dataset.indices("all"), set[Path]()
    folders = _class_folders(dataset.classes)
    for done, place in enumerate(used.tolist(), start=1):
        if done % EVERY == 1:
            ctx.check()
            ctx.progress(done, len(used), f"Copying {counted(len(used), 'picture')}")
        part = root / SPLITS[int(dataset.splits[place])] if by_split else root
        folder = part / folders[int(dataset.labels[place])]
        path = dataset.paths[place]
        name = _file_name(dataset.names[place].rpartition("/")[2])
        target = _free(folder, name if path is not None else f"{name}.png", taken)
        folder.mkdir(parents=True, exist_ok=True)
        if path is None:
            files.write_bytes(target, _png(dataset.pixels[place]))
        else:
            _copy(path, target)
    return len(used)


def _copy(path: Path, target: Path) -> None:
    try:
        shutil.copyfile(long_path(str(path)), long_path(str(target)))
    except OSError as error:
        if error.filename == long_path(str(path)):
            raise files.read_error(path, error) from error
        raise


def _class_folders(classes: Sequence[str]) -> list[str]:
    """A folder for each class; names that some system can't tell apart get a number."""
    made, taken = [], set[Path]()
    for name in classes:
        made.append(_free(Path(), _file_name(name), taken).name)
    return made


def _file_name(text: str) -> str:
    """A name that every system takes."""
    return portable_name(printable(text).replace(REPLACEMENT, "_").strip(" ."))


def _free(folder: Path, name: str, taken: set[Path]) -> Path:
    """A name in the folder that no other picture has: files of one name may come from several folders."""
    stem, dot, suffix = name.rpartition(".")
    target, number = folder / name, 2
    while Path(str(target).casefold()) in taken:
        target = folder / (f"{stem} {number}{dot}{suffix}" if stem else f"{name} {number}")
        number += 1
    taken.add(Path(str(target).casefold()))
    return target


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    file, plane = io.BytesIO(), np.asarray(pixels).transpose(1, 2, 0)
    Image.fromarray(plane[:, :, 0] if plane.shape[2] == 1 else plane).save(file, "PNG")
    return file.getvalue()
