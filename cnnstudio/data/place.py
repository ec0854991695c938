"""A first look at what was typed or dropped: a few bytes and names, so that the right source can be chosen."""

import os
import zlib
from functools import cached_property
from itertools import islice
from pathlib import Path

from cnnstudio.data.sniff import HEAD_BYTES, foreign_kind, is_image

MAX_NAMES = 5_000
MAX_DEPTH = 3
GZIP = b"\x1f\x8b"
PICKLE = tuple(b"\x80" + bytes((protocol,)) for protocol in range(2, 6))


class Place:
    """A file or folder of the user's; looked at once, whichever sources ask.

    Args:
        path: Absolute, existing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def is_folder(self) -> bool:
        """Is it a folder?"""
        return self.path.is_dir()

    @cached_property
    def head(self) -> bytes:
        """The first 512 bytes of a file; nothing of a folder."""
        return b"" if self.is_folder else head_of(self.path)

    @cached_property
    def unpacked_head(self) -> bytes:
        """The first 512 bytes behind a gzip compression, or of the file itself."""
        return unpacked(self.head)

    @cached_property
    def folder(self) -> Path:
        """Where to look: the parent of a file; in a folder that holds one folder and nothing else, that one."""
        if not self.is_folder:
            return self.path.parent
        folder = self.path
        for _ in range(MAX_DEPTH):
            entries = _entries(folder, 2)
            if len(entries) != 1 or not entries[0].is_dir(follow_symlinks=False):
                return folder
            folder = Path(entries[0].path)
        return folder

    @cached_property
    def entries(self) -> list["os.DirEntry[str]"]:
        """What lies in `folder`, up to 5,000 entries, sorted by name."""
        return sorted(_entries(self.folder, MAX_NAMES), key=lambda entry: entry.name)

    def files(self, *suffixes: str) -> list[Path]:
        """The files among the entries, with one of these suffixes."""
        return [Path(e.path) for e in self.entries if e.is_file() and e.name.lower().endswith(suffixes or ("",))]

    @cached_property
    def kind(self) -> str:
        """What a file is, as a sentence calls it: "a web page", "an image", "a Python pickle"; empty if unknown."""
        if is_image(self.head):
            return "an image"
        return "a Python pickle" if is_pickle(self.unpacked_head) else foreign_kind(self.head)


def head_of(path: Path) -> bytes:
    """The first bytes of a file; none if it can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def unpacked(head: bytes) -> bytes:
    """What the first bytes of a gzip file unpack to; the bytes themselves if they are none."""
    if not head.startswith(GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def is_pickle(head: bytes) -> bool:
    """Do these bytes begin like a Python pickle? It is never opened: it can contain program code."""
    return head.startswith(PICKLE)


def _entries(folder: Path, limit: int) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return list(islice((entry for entry in found if not _is_clutter(entry)), limit))
    except OSError:
        return []


def _is_clutter(entry: "os.DirEntry[str]") -> bool:
    """What operating systems leave behind, and links that lead nowhere or to themselves."""
    is_odd = entry.name.startswith(".") or entry.name.lower() in ("__macosx", "thumbs.db", "desktop.ini")
    return is_odd or (entry.is_symlink() and not os.path.exists(entry.path))
