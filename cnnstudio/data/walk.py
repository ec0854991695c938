"""Go through the folders of a data set: each once, never out of the root, and nothing opened but candidates' heads."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.drives import DRIVE, is_passing
from cnnstudio.data.natural import natural_key
from cnnstudio.data.raw import Problem
from cnnstudio.data.sniff import HEAD_BYTES, IMAGE_SUFFIXES, foreign_kind, is_image
from cnnstudio.data.words import counted

IGNORED = frozenset(("thumbs.db", "desktop.ini", "__macosx", "icon\r"))


# Not frozen: that would make the 100,000 of them three times as dear.
@dataclass(slots=True)
class FoundFile:
    """One candidate: a regular file that looks like an image. Never changed once it is made."""

    path: str
    name: str
    size: int
    label: int
    split: int
    mtime_ns: int = 0


class Walk:
    """Goes through folders once each, keeps inside the root, and notes what it passes by."""

    def __init__(self, root: Path, ctx: JobContext) -> None:
        # It brings the decoder along, and this module is loaded before the window's first paint.
        from cnnstudio.data.patience import Patience

        self.problems: dict[Problem, None] = {}
        self.foreign: Counter[str] = Counter()
        self._root_length = len(os.path.join(root, ""))
        self._ctx = ctx
        self._patience = Patience(ctx)
        self._inside = os.path.realpath(root)
        self._seen: set[tuple[int, int]] = set()
        self._n_found = 0

    def note(self, problem: Problem) -> None:
        """Keep a problem, once: some folders are looked into twice."""
        self.problems[problem] = None

    def subfolders(self, folder: str) -> list[os.DirEntry[str]]:
        """The folders directly below, in natural order; links to folders are noted and not followed."""
        for entry in self._entries(folder):
            if entry.is_symlink() and os.path.isdir(entry.path):
                self._note(entry, "link", "is a link to a folder and is not followed")
        return [entry for entry in self._entries(folder) if self._is_folder(entry)]

    def files(self, folder: str, label: int, split: int) -> Iterator[FoundFile]:
        """All candidates of one class, subfolders included."""
        try:
            status = self._status(folder)
        except OSError as error:
            self._note_unread(folder, error)
            return
        if (status.st_dev, status.st_ino) in self._seen:
            self.note(Problem(self._name(folder), "link", f"'{self._name(folder)}' was read under another name."))
            return
        self._seen.add((status.st_dev, status.st_ino))
        for entry in self._entries(folder):
            if self._is_folder(entry):
                yield from self.files(entry.path, label, split)
            elif (found := self._candidate(entry)) is not None:
                self._n_found += 1
                path = entry.path
                yield FoundFile(path, self._name(path), found.st_size, label, split, found.st_mtime_ns)

    def count_images(self, folder: str) -> int:
        """Number of files directly in a folder whose names are those of images."""
        return sum(has_image_suffix(entry.name) and _is_file(entry) for entry in self._entries(folder))

    def skipped(self) -> Iterator[Problem]:
        """One problem for each kind of file that was passed by."""
        for kind, n in sorted(self.foreign.items()):
            files = counted(n, "file is", "files are")
            yield Problem("", "foreign", f"{files} no image ({kind}) and not used.")

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        self._ctx.check()
        self._ctx.progress(self._n_found, 0, "Looking for images")
        try:
            entries = self._patience.answer(partial(_listed, folder))
        except OSError as error:
            self._note_unread(folder, error)
            return []
        return sorted(entries, key=lambda entry: natural_key(entry.name))

    def _candidate(self, entry: os.DirEntry[str]) -> os.stat_result | None:
        """What the system knows of a file that looks like an image; None if it isn't one."""
        if entry.is_symlink() and not self._is_inside(entry):
            self._note(entry, "link", "is a link out of the folder and is not followed")
            return None
        try:
            return self._looked_at(entry)
        except OSError:
            look = partial(self._looked_at, entry)
        try:
            return self._patience.answer(look)
        except OSError as error:
            self._note(entry, "unreadable", f"cannot be read ({error.strerror})")
            return None

    def _looked_at(self, entry: os.DirEntry[str]) -> os.stat_result | None:
        found = entry.stat()
        if not stat.S_ISREG(found.st_mode):
            self._note(entry, "special", "is no regular file")
            return None
        return found if has_image_suffix(entry.name) or self._has_image_content(entry) else None

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        """Some network drives don't say what an entry is: then the system looks at it."""
        try:
            return entry.is_dir(follow_symlinks=False)
        except OSError:
            look = partial(entry.is_dir, follow_symlinks=False)
        try:
            return self._patience.answer(look)
        except OSError as error:
            self._note(entry, "unreadable", f"cannot be read ({error.strerror})")
            return False

    def _status(self, folder: str) -> os.stat_result:
        try:
            # Mostly from memory: that it comes says nothing about the drive.
            return os.stat(folder)
        except OSError:
            return self._patience.answer(partial(os.stat, folder))

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

    def _note_unread(self, folder: str, error: OSError) -> None:
        name, kind = self._name(folder), DRIVE if is_passing(error) else "permission"
        self.note(Problem(name, kind, f"The folder '{name}' cannot be read ({error.strerror})."))

    def _name(self, path: str) -> str:
        name = path[self._root_length :]
        return name if os.sep == "/" else name.replace(os.sep, "/")


def _listed(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return [entry for entry in found if not _is_ignored(entry.name)]


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False  # a link to itself


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in IGNORED


def has_image_suffix(name: str) -> bool:
    """Is the name that of an image?"""
    stem, dot, suffix = name.rpartition(".")
    return bool(stem) and f"{dot}{suffix}".lower() in IMAGE_SUFFIXES
