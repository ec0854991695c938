"""Find the classes and image files of a folder without opening an image."""

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.raw import Problem
from cnnstudio.data.sniff import HEAD_BYTES, IMAGE_SUFFIXES, foreign_kind, is_image
from cnnstudio.data.words import counted

SPLIT_NAMES = {
    "train": 0,
    "training": 0,
    "val": 1,
    "valid": 1,
    "validation": 1,
    "test": 2,
    "testing": 2,
}
IGNORED = frozenset(("thumbs.db", "desktop.ini", "__macosx", "icon\r"))
MAX_CLASSES = 10_000
OPEN = -1
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class FoundFile:
    """One candidate: a regular file that looks like an image."""

    path: str
    name: str
    size: int
    label: int
    split: int


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
    walk = _Walk(root, ctx)
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


def natural_key(name: str) -> tuple[Any, str]:
    """Sort key under which "10" comes behind "2", and upper and lower case side by side."""
    parts: list[Any] = _DIGITS.split(name.casefold())
    parts[1::2] = map(int, parts[1::2])
    return (tuple(parts), name)


def _parts(root: Path, walk: "_Walk") -> list[tuple[str, int]]:
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


def _unwrapped(folder: str, walk: "_Walk") -> str:
    """The folder itself, or the one folder in it that holds the class folders, as archives often unpack to."""
    inner = walk.subfolders(folder)
    if len(inner) != 1 or walk.count_images(folder) or walk.count_images(inner[0].path):
        return folder
    if inner[0].name.lower() in SPLIT_NAMES or len(walk.subfolders(inner[0].path)) < 2:
        return folder
    return inner[0].path


def _loose(parts: list[tuple[str, int]], walk: "_Walk") -> Iterator[Problem]:
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


def _nothing_found(root: Path, parts: list[tuple[str, int]], walk: "_Walk") -> DataError:
    expected = f"Expected {root}/CLASS/picture.jpg, one subfolder for each class."
    loose = sum(walk.count_images(part) for part, _ in parts)
    if loose:
        return DataError(f"{root} holds {counted(loose, 'image')} but no class folders with images.", hint=expected)
    if walk.problems or walk.foreign:
        n = len(walk.problems) + sum(walk.foreign.values())
        others = counted(n, "other file or folder", "other files or folders")
        return DataError(f"No images found in {root}; {others} can't be used.", hint=expected)
    return DataError(f"No images found in {root}.", hint=expected)


class _Walk:
    """Goes through folders once each, keeps inside the root, and notes what it passes by."""

    def __init__(self, root: Path, ctx: JobContext) -> None:
        self.problems: dict[Problem, None] = {}
        self.foreign: Counter[str] = Counter()
        self._root_length = len(os.path.join(root, ""))
        self._ctx = ctx
        self._inside = os.path.realpath(root)
        self._seen: set[tuple[int, int]] = set()
        self._n_found = 0

    def note(self, problem: Problem) -> None:
        """Keep a problem, once: some folders are looked into twice."""
        self.problems[problem] = None

    def subfolders(self, folder: str) -> list[os.DirEntry[str]]:
        """The folders directly below, in natural order; links to folders are noted and not followed."""
        for entry in self._entries(folder):
            if entry.is_symlink() and entry.is_dir():
                self._note(entry, "link", "is a link to a folder and is not followed")
        return [entry for entry in self._entries(folder) if entry.is_dir(follow_symlinks=False)]

    def files(self, folder: str, label: int, split: int) -> Iterator[FoundFile]:
        """All candidates of one class, subfolders included."""
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in self._seen:
            self.note(Problem(self._name(folder), "link", f"'{self._name(folder)}' was read under another name."))
            return
        self._seen.add((status.st_dev, status.st_ino))
        for entry in self._entries(folder):
            if entry.is_dir(follow_symlinks=False):
                yield from self.files(entry.path, label, split)
            elif self._is_candidate(entry):
                self._n_found += 1
                yield FoundFile(entry.path, self._name(entry.path), entry.stat().st_size, label, split)

    def count_images(self, folder: str) -> int:
        """Number of files directly in a folder whose names are those of images."""
        return sum(_has_image_suffix(entry.name) for entry in self._entries(folder) if entry.is_file())

    def skipped(self) -> Iterator[Problem]:
        """One problem for each kind of file that was passed by."""
        for kind, n in sorted(self.foreign.items()):
            files = counted(n, "file is", "files are")
            yield Problem("", "foreign", f"{files} no image ({kind}) and not used.")

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        self._ctx.check()
        self._ctx.progress(self._n_found, 0, "Looking for images")
        try:
            with os.scandir(folder) as found:
                entries = [entry for entry in found if not _is_ignored(entry.name)]
        except OSError as error:
            name = self._name(folder)
            self.note(Problem(name, "permission", f"The folder '{name}' cannot be read ({error.strerror})."))
            return []
        return sorted(entries, key=lambda entry: natural_key(entry.name))

    def _is_candidate(self, entry: os.DirEntry[str]) -> bool:
        if entry.is_symlink() and not self._is_inside(entry):
            self._note(entry, "link", "is a link out of the folder and is not followed")
            return False
        try:
            if not stat.S_ISREG(entry.stat().st_mode):
                self._note(entry, "special", "is no regular file")
                return False
            return _has_image_suffix(entry.name) or self._has_image_content(entry)
        except OSError as error:
            self._note(entry, "unreadable", f"cannot be read ({error.strerror})")
            return False

    def _is_inside(self, entry: os.DirEntry[str]) -> bool:
        target = os.path.realpath(entry.path)
        return target.startswith(self._inside + os.sep) and not os.path.isdir(target)

    def _has_image_content(self, entry: os.DirEntry[str]) -> bool:
        with open(entry.path, "rb") as file:
            head = file.read(HEAD_BYTES)
        if is_image(head):
            return True
        self.foreign[os.path.splitext(entry.name)[1].lower() or foreign_kind(head) or "no suffix"] += 1
        return False

    def _note(self, entry: os.DirEntry[str], kind: str, text: str) -> None:
        self.note(Problem(self._name(entry.path), kind, f"'{entry.name}' {text}."))

    def _name(self, path: str) -> str:
        return path[self._root_length :].replace(os.sep, "/")


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in IGNORED


def _has_image_suffix(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES
