"""What the cache of decoded pictures holds, and how room is made in it by hand."""

import json
import math
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from cnnstudio.data.cache import LOCK, MANIFEST, budget_bytes, folder_bytes, images_dir, last_use

if TYPE_CHECKING:
    from cnnstudio.data.dataset import Dataset


@dataclass(frozen=True)
class CachedSet:
    """One data set at one training size.

    Args:
        folder: Its place in the cache.
        root: Folder of the user's files; empty if it was left unfinished.
        pictures: How many files are known.
        side: Width and height of the pixels; 0 if there was no room for them, so that only thumbnails lie there.
        size_bytes: What it takes.
        used_s: When it was used last, in seconds since 1970.
    """

    folder: Path
    root: str
    pictures: int
    side: int
    size_bytes: int
    used_s: float


@dataclass(frozen=True)
class CacheContents:
    """All of them, those used last first; `budget_bytes` is what they may take, `free_bytes` what the disk has left."""

    sets: tuple[CachedSet, ...]
    budget_bytes: int
    free_bytes: int
    place: Path

    @property
    def used_bytes(self) -> int:
        """What they take together."""
        return sum(found.size_bytes for found in self.sets)


def cache_contents() -> CacheContents:
    """Look into the cache; reads the head of each manifest only."""
    place = images_dir()
    found = [_cached_set(folder) for folder in place.iterdir() if folder.is_dir()]
    ordered = sorted(found, key=lambda one: one.used_s, reverse=True)
    return CacheContents(tuple(ordered), budget_bytes(), shutil.disk_usage(place).free, place)


def folder_of(dataset: "Dataset | None") -> Path | None:
    """Where the open pictures lie in the cache; None if they don't."""
    for array in () if dataset is None else (dataset.pixels, dataset.thumbnails):
        if isinstance(array, np.memmap) and array.filename is not None:
            return Path(array.filename).parent
    return None


def is_streamed(dataset: "Dataset | None") -> bool:
    """Are the files decoded anew whenever their pixels are needed, for want of room in the cache?"""
    return dataset is not None and not dataset.has_pixels_at_hand


def remove_sets(folders: Collection[Path], keep: Path | None = None) -> int:
    """Delete data sets from the cache, but not the open one, nor one that a window is just filling.

    The user's files are no part of it; what was deleted is read anew when it is opened next.

    Returns:
        Bytes that were freed.
    """
    before = sum(map(folder_bytes, folders))
    for folder in folders:
        # Only what lies in the cache itself, whatever the caller says.
        if folder != keep and folder.parent == images_dir() and not _is_being_filled(folder):
            shutil.rmtree(folder, ignore_errors=True)
    return before - sum(map(folder_bytes, folders))


def trim(keep: Path | None = None) -> int:
    """Delete what was used longest ago until the budget holds the rest; the open one stays whatever it takes.

    Returns:
        Bytes that were freed.
    """
    contents = cache_contents()
    over, spare = contents.used_bytes - contents.budget_bytes, []
    for found in reversed(contents.sets):
        if over > 0 and found.folder != keep:
            spare.append(found.folder)
            over -= found.size_bytes
    return remove_sets(spare, keep)


def _cached_set(folder: Path) -> CachedSet:
    root, pictures, side = _told(folder / MANIFEST)
    return CachedSet(folder, root, pictures, side, folder_bytes(folder), last_use(folder))


def _told(manifest: Path) -> tuple[str, int, int]:
    """Root, number of files, and side of the pixels, as a manifest says; nothing if there is none."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(manifest, "np") as file:
            head = json.loads(file.get_tensor("head").tobytes())
            n, _, channels = file.get_slice("sums").get_shape()
        pixels = str(head["facts"].get("pixels", ""))
        size = (manifest.parent / pixels).stat().st_size if pixels else 0
        readable = n - len(head["failures"])
        return str(head["root"]), n, math.isqrt(size // max(1, readable * channels))
    except (OSError, SafetensorError, KeyError, ValueError, TypeError):
        return "", 0, 0


def _is_being_filled(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return False
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
